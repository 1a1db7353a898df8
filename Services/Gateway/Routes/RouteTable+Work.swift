import Contracts

/// Routes of moves, the team, and the work on a deal.
extension RouteTable {
    static let work: [Route] = [
        .get(
            "/api/deals/{id}/transitions", "Where the deal may go, and what is missing for each",
            DealMethods.transitions
        )
        .allow(.readDeals),
        .post("/api/deals/{id}/transitions", "Move the deal", DealMethods.move)
            .allow(.workOnDeals).ifMatch(),
        .get(
            "/api/deals/{id}/history", "The deal's moves through the stages, and its time in each", DealMethods.history
        )
        .allow(.readDeals),
        .get("/api/deals/{id}/team", "Who is on the deal", DealMethods.team)
            .allow(.readDeals),
        .post("/api/deals/{id}/team", "Add somebody to the deal", DealMethods.addMember)
            .allow(.workOnDeals).created(),
        .delete("/api/deals/{id}/team/{userId}", "Take somebody off the deal", DealMethods.removeMember)
            .allow(.workOnDeals).noContent(),
        .post("/api/deals/{id}/conflict", "Decide the conflict check", DealMethods.decideConflict)
            .allow(.clearConflicts).ifMatch(),
        .get("/api/deals/{id}/activities", "What was done on the deal, the latest first", DealMethods.activities)
            .allow(.readDeals).query(.activities),
        .post("/api/deals/{id}/activities", "Write down what was done", DealMethods.addActivity)
            .allow(.workOnDeals).created(),
        .patch(
            "/api/deals/{id}/activities/{childId}", "Change an activity (JSON merge patch)", DealMethods.updateActivity
        )
        .allow(.workOnDeals).ifMatch(),
        .delete("/api/deals/{id}/activities/{childId}", "Remove an activity", DealMethods.removeActivity)
            .allow(.workOnDeals).ifMatch().noContent(),
        .get("/api/deals/{id}/tasks", "Tasks and milestones of the deal, the next due first", DealMethods.tasks)
            .allow(.readDeals),
        .post("/api/deals/{id}/tasks", "Add a task or milestone", DealMethods.addTask)
            .allow(.workOnDeals).created(),
        .patch("/api/deals/{id}/tasks/{childId}", "Change a task (JSON merge patch)", DealMethods.updateTask)
            .allow(.workOnDeals).ifMatch(),
        .delete("/api/deals/{id}/tasks/{childId}", "Remove a task", DealMethods.removeTask)
            .allow(.workOnDeals).ifMatch().noContent(),
        .post(
            "/api/deals/{id}/tasks/template", "Add the standard milestones of the deal's type that it does not have",
            DealMethods.addTemplateTasks
        )
        .allow(.workOnDeals),
        .get("/api/tasks", "Open tasks of all deals you may see, the next due first", DealMethods.openTasks)
            .allow(.readDeals).query(.openTasks),
    ]

    static let parties: [Route] = [
        .get("/api/deals/{id}/parties", "Who takes part in the deal, and as what", DealMethods.parties)
            .allow(.readDeals),
        .post(
            "/api/deals/{id}/parties",
            "Add an organization, somebody of one, or a new one that the deal's people alone know of",
            DealMethods.addParty
        )
        .allow(.workOnDeals).body(16 * 1024).created(),
        .patch("/api/deals/{id}/parties/{childId}", "Change a party (JSON merge patch)", DealMethods.updateParty)
            .allow(.workOnDeals).body(16 * 1024).ifMatch(),
        .delete("/api/deals/{id}/parties/{childId}", "Take a party off the deal", DealMethods.removeParty)
            .allow(.workOnDeals).ifMatch().noContent(),
    ]
}
