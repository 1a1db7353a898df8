import Contracts
import RPC

extension RouteTable {
    /// The firm's directory, and what is known through deals alone.
    static let organizations: [Route] = [
        .get(
            "/api/organizations", "The organizations you may know of, by name; with q the first that fit what is typed",
            DealMethods.organizations
        )
        .allow(.readDeals).query(.organizations),
        .post("/api/organizations", "Write an organization down in the firm's directory", DealMethods.addOrganization)
            .allow(.workOnDeals).body(16 * 1024).created(at: "/api/organizations/"),
        .get("/api/organizations/{id}", "One organization", DealMethods.organization)
            .allow(.readDeals),
        .patch("/api/organizations/{id}", "Change an organization (JSON merge patch)", DealMethods.updateOrganization)
            .allow(.workOnDeals).body(16 * 1024).ifMatch(),
        .post(
            "/api/organizations/{id}/publish", "Put what arose with a deal into the directory",
            DealMethods.publishOrganization
        )
        .allow(.workOnDeals).ifMatch(),
        .post(
            "/api/organizations/{id}/merge", "Compliance: make one of two organizations of the directory",
            DealMethods.mergeOrganization
        )
        .allow(.clearConflicts).body(4096).ifMatch(),
        .get(
            "/api/organizations/{id}/merges", "Compliance: what was merged into an organization, the newest first",
            DealMethods.organizationMerges
        )
        .allow(.clearConflicts),
        .post(
            "/api/organizations/{id}/merges/{childId}/undo", "Compliance: make two again of what was merged",
            DealMethods.undoMerge
        )
        .allow(.clearConflicts).body(8192).ifMatch(),
        .get(
            "/api/organizations/{id}/deals", "Those deals of the organization that you may see, the newest first",
            DealMethods.organizationDeals
        )
        .allow(.readDeals).query(.organizationDeals),
        .get("/api/organizations/{id}/persons", "The people at an organization, by name", DealMethods.persons)
            .allow(.readDeals).query(.persons),
        .post("/api/organizations/{id}/persons", "Write somebody down", DealMethods.addPerson)
            .allow(.workOnDeals).body(16 * 1024).created(),
        .patch(
            "/api/organizations/{id}/persons/{childId}", "Change a person (JSON merge patch)", DealMethods.updatePerson
        )
        .allow(.workOnDeals).body(16 * 1024).ifMatch(),
        .delete("/api/organizations/{id}/persons/{childId}", "Remove a person", DealMethods.removePerson)
            .allow(.workOnDeals).ifMatch().noContent(),
        .get(
            "/api/persons", "The first people who fit what is typed, at organizations you may know of",
            DealMethods.findPersons
        )
        .allow(.readDeals).query(.findPersons),
    ]
}
