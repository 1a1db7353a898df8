import Contracts
import NIOHTTP1
import RPC

/// Which problems a route may answer, with their codes: those of the door, which follow from what the route declares,
/// and those that its service alone knows of.
struct RouteProblems {
    private(set) var codes: [ProblemResponse: Set<String>] = [:]

    init(_ route: Route) {
        add(.badRequest, ["bad_request"])
        add(.requestTimeout, ["timeout"])
        add(.misdirected, ["misdirected_request"])
        add(.targetTooLong, ["uri_too_long"])
        add(.headTooLarge, ["head_too_large"])
        add(.tooManyRequests, ["rate_limited"])
        add(.internalError, ["internal"])
        add(.unavailable, ["too_many_connections", "request_timeout"])
        access(of: route)
        input(of: route)
        if case .call(_, let method) = route.target { call(method) }
        if case .openWebSession = route.target {
            call(AuthMethods.openWebSession.entry)
            add(.forbidden, ["cross_site"])
        }
        if case .startOpenID = route.target {
            add(.badRequest, ["query_invalid"])
            add(.unprocessable, ["validation_failed"])
        }
        if case .download = route.target { call(DealMethods.documentContent.entry) }
        if case .csv(let file) = route.target {
            call(file.method)
            add(.unavailable, ["too_many_downloads"])
        }
        if case .mondayPage = route.target { call(DealMethods.monday.entry) }
        if case .logFile(let file) = route.target {
            call(file.method)
            if file == .entries { add(.unavailable, ["too_many_downloads"]) }
        }
        if case .events = route.target { add(.unavailable, ["too_many_streams"]) }
    }

    private mutating func access(of route: Route) {
        // Where one signs in, tokens are not looked at.
        if route.limit.looksAtCredentials {
            add(.badRequest, ["invalid_request"])
            add(.unauthenticated, ["invalid_token"])
            add(.unavailable, ["auth_unavailable"])
        }
        if route.access != .anyone { add(.unauthenticated, ["unauthenticated"]) }
        switch route.access {
        case .permission: add(.forbidden, ["forbidden", "insufficient_scope", "second_factor_due"])
        case .session: add(.forbidden, ["session_required"])
        case .nobody, .anyone, .signedIn: break
        }
        // Of what the session cookie vouches for.
        if route.method != .GET, route.access != .anyone { add(.forbidden, ["cross_site"]) }
    }

    private mutating func input(of route: Route) {
        if route.pattern.contains(where: { $0.first == "{" }) { add(.notFound, ["not_found"]) }
        if route.bodyBytesMax > 0 { add(.contentTooLarge, ["body_too_large"]) }
        if route.takesBody {
            add(.badRequest, ["json_invalid"])
            add(.unsupportedMediaType, ["unsupported_media_type"])
            add(.unprocessable, ["validation_failed"])
        }
        if route.takesBytes {
            add(.badRequest, ["body_empty"])
            add(.unsupportedMediaType, ["unsupported_media_type"])
            add(.unprocessable, ["validation_failed"])
        }
        if route.takesIfMatch {
            add(.badRequest, ["if_match_invalid"])
            add(.preconditionFailed, ["version_mismatch"])
        }
        if route.isIdempotent { add(.unprocessable, ["validation_failed", "idempotency_key_reused"]) }
        for parameter in route.query {
            if parameter.name == "cursor" { add(.badRequest, ["cursor_invalid"]) }
            // The gateway reads the query; what form a text must have, the service says.
            if case .string(.some, _) = route.schema(of: parameter) { add(.unprocessable, ["validation_failed"]) }
        }
        // What must be there is missed by the service, too.
        if case .object(let asked) = route.querySchema, !route.query.isEmpty, asked.contains(where: \.isRequired) {
            add(.unprocessable, ["validation_failed"])
        }
    }

    private mutating func call(_ method: RPCMethodEntry) {
        add(.badRequest, ["query_invalid"])
        add(.badGateway, ["caller_not_allowed", "identity_not_allowed"])
        add(.unavailable, ["service_unavailable", "overloaded", "busy", "draining", "connection_lost", "cancelled"])
        add(.gatewayTimeout, ["deadline_exceeded"])
        for (problem, codes) in Self.ofServices[method.name] ?? [:] { add(problem, codes) }
    }

    private mutating func add(_ problem: ProblemResponse, _ new: Set<String>) {
        codes[problem, default: []].formUnion(new)
    }

    private static let signIn: [ProblemResponse: Set<String>] = [
        .unauthenticated: ["invalid_credentials", "second_factor_required"], .unprocessable: ["passkeys_off"],
        .tooManyRequests: ["sign_in_throttled"],
    ]

    /// Of what wants a sign-in not long ago.
    private static let freshSignIn: [ProblemResponse: Set<String>] = [
        .unauthenticated: ["insufficient_user_authentication"], .forbidden: ["session_required"],
    ]

    /// Of what nobody changes who has not read it as it stands.
    private static let workAsRead: [ProblemResponse: Set<String>] = [
        .forbidden: ["access_too_low"], .preconditionRequired: ["version_required"],
    ]

    private static let workOnSearch: [ProblemResponse: Set<String>] = [
        .forbidden: ["forbidden", "not_owner"], .preconditionRequired: ["version_required"],
    ]

    /// By the name of the call.
    static let ofServices: [String: [ProblemResponse: Set<String>]] = [
        AuditMethods.checkpoint.entry.name: [.notFound: ["not_found"]],
        AuditMethods.proof.entry.name: [.conflict: ["checkpoint_pending"]],
        AuthMethods.login.entry.name: signIn,
        AuthMethods.openWebSession.entry.name: signIn,
        AuthMethods.beginTOTP.entry.name: freshSignIn,
        AuthMethods.confirmTOTP.entry.name: freshSignIn.merging([.unprocessable: ["no_enrolment"]]) { $1 },
        AuthMethods.removeTOTP.entry.name: freshSignIn.merging([.notFound: ["not_found"]]) { $1 },
        AuthMethods.renewRecoveryCodes.entry.name: freshSignIn.merging([.unprocessable: ["no_second_factor"]]) { $1 },
        AuthMethods.resetFactors.entry.name: freshSignIn.merging([.unprocessable: ["own_account"]]) { $1 },
        AuthMethods.passkeyRequest.entry.name: [.unprocessable: ["passkeys_off"]],
        AuthMethods.passkeyCreation.entry.name: freshSignIn.merging([
            .unprocessable: ["passkeys_off", "too_many_passkeys"]
        ]) { $1 },
        AuthMethods.addPasskey.entry.name: freshSignIn.merging([
            .conflict: ["passkey_taken"],
            .unprocessable: ["passkeys_off", "too_many_passkeys", "passkey_invalid"],
        ]) { $1 },
        AuthMethods.removePasskey.entry.name: freshSignIn,
        AuthMethods.createToken.entry.name: freshSignIn.merging([
            .forbidden: ["session_required", "second_factor_due"], .unprocessable: ["too_many_tokens"],
        ]) { $1 },
        AuthMethods.refresh.entry.name: [.unauthenticated: ["invalid_refresh_token"]],
        AuthMethods.claimSetup.entry.name: [.forbidden: ["setup_token_invalid"], .unprocessable: ["setup_done"]],
        AuthMethods.createInvitation.entry.name: freshSignIn.merging([
            .conflict: ["email_taken"], .unprocessable: ["too_many_invitations"],
        ]) { $1 },
        AuthMethods.lookAtInvitation.entry.name: [.forbidden: ["invitation_invalid"]],
        AuthMethods.acceptInvitation.entry.name: [.forbidden: ["invitation_invalid"], .conflict: ["email_taken"]],
        AuthMethods.setUserStatus.entry.name: freshSignIn.merging([
            .unprocessable: ["last_administrator", "own_account"]
        ]) { $1 },
        AuthMethods.updateUser.entry.name: freshSignIn.merging([
            .unprocessable: ["last_administrator", "own_account"]
        ]) { $1 },
        AuthMethods.changePassword.entry.name: [
            .unprocessable: ["no_password"], .tooManyRequests: ["sign_in_throttled"],
        ],
        AuthMethods.requestPasswordReset.entry.name: freshSignIn.merging([
            .unprocessable: ["own_account", "user_disabled", "no_password"]
        ]) { $1 },
        AuthMethods.resetPassword.entry.name: [.forbidden: ["reset_invalid"]],
        DealMethods.get.entry.name: [
            .notFound: ["deal_not_yet_created", "history_not_kept"], .unprocessable: ["validation_failed"],
        ],
        DealMethods.update.entry.name: [
            .forbidden: ["access_too_low"], .preconditionRequired: ["version_required"],
        ],
        DealMethods.delete.entry.name: workAsRead.merging([.unprocessable: ["legal_hold", "under_retention"]]) { $1 },
        DealMethods.restore.entry.name: [
            .preconditionRequired: ["version_required"], .conflict: ["code_name_taken"],
        ],
        DealMethods.decideRetention.entry.name: workAsRead,
        DealMethods.addCustomField.entry.name: [
            .conflict: ["custom_field_exists"], .unprocessable: ["custom_fields_full"],
        ],
        DealMethods.updateCustomField.entry.name: [.preconditionRequired: ["version_required"]],
        DealMethods.move.entry.name: [.forbidden: ["access_too_low"], .unprocessable: ["rules_unmet"]],
        DealMethods.addMember.entry.name: [
            .forbidden: ["access_too_low"], .conflict: ["already_member"], .unprocessable: ["team_full"],
        ],
        DealMethods.removeMember.entry.name: [
            .forbidden: ["access_too_low"], .unprocessable: ["lead_cannot_leave"],
        ],
        DealMethods.addCounterparty.entry.name: [
            .forbidden: ["access_too_low"], .conflict: ["counterparty_exists"], .unprocessable: ["counterparties_full"],
        ],
        DealMethods.updateCounterparty.entry.name: workAsRead.merging([
            .conflict: ["counterparty_exists"], .unprocessable: ["counterparties_full", "steps_full"],
        ]) { $1 },
        DealMethods.removeCounterparty.entry.name: workAsRead.merging([
            .unprocessable: ["counterparty_has_history"]
        ]) { $1 },
        DealMethods.addCounterparties.entry.name: [
            .forbidden: ["access_too_low"], .unprocessable: ["counterparties_full"],
        ],
        DealMethods.addCounterpartyStep.entry.name: [
            .forbidden: ["access_too_low"],
            .unprocessable: ["step_not_allowed", "steps_full", "counterparties_full"],
        ],
        DealMethods.voidCounterpartyStep.entry.name: [
            .forbidden: ["access_too_low"], .unprocessable: ["step_void"],
        ],
        DealMethods.addCounterpartySteps.entry.name: [
            .forbidden: ["access_too_low"], .unprocessable: ["counterparties_full"],
        ],
        DealMethods.exportCounterparties.entry.name: [.forbidden: ["access_too_low"]],
        DealMethods.addNDA.entry.name: [
            .forbidden: ["access_too_low"], .unprocessable: ["ndas_full", "steps_full"],
        ],
        DealMethods.updateNDA.entry.name: workAsRead.merging([.unprocessable: ["steps_full"]]) { $1 },
        DealMethods.addActivity.entry.name: [.forbidden: ["access_too_low"]],
        DealMethods.updateActivity.entry.name: workAsRead, DealMethods.removeActivity.entry.name: workAsRead,
        DealMethods.addTask.entry.name: [.forbidden: ["access_too_low"], .unprocessable: ["tasks_full"]],
        DealMethods.updateTask.entry.name: workAsRead,
        DealMethods.removeTask.entry.name: workAsRead.merging([.unprocessable: ["task_needed"]]) { $1 },
        DealMethods.addTemplateTasks.entry.name: [.forbidden: ["access_too_low"], .unprocessable: ["tasks_full"]],
        DealMethods.addDocument.entry.name: [
            .forbidden: ["access_too_low"], .unprocessable: ["documents_full", "too_many_uploads"],
        ],
        DealMethods.addDocumentVersion.entry.name: [
            .forbidden: ["access_too_low"], .unprocessable: ["documents_full", "too_many_uploads"],
        ],
        DealMethods.putDocumentContent.entry.name: [
            .forbidden: ["access_too_low"], .conflict: ["upload_gap"],
            .unprocessable: ["upload_too_long", "hash_mismatch"],
        ],
        DealMethods.documentContent.entry.name: [
            .unprocessable: ["document_is_a_link"], .internalError: ["document_damaged"],
            .unavailable: ["too_many_downloads"],
        ],
        DealMethods.removeDocument.entry.name: [
            .forbidden: ["access_too_low"], .unprocessable: ["letter_is_executed"],
        ],
        DealMethods.setRates.entry.name: [.unprocessable: ["pairs_full"]],
        DealMethods.importRates.entry.name: [.unprocessable: ["pairs_full"]],
        DealMethods.bulk.entry.name: [.unprocessable: ["count_differs"]],
        DealMethods.export.entry.name: [.unprocessable: ["export_too_large"]],
        DealMethods.report.entry.name: [.unprocessable: ["report_too_large"]],
        DealMethods.reportFile.entry.name: [.unprocessable: ["report_too_large"]],
        DealMethods.addImport.entry.name: [.unprocessable: ["imports_full"]],
        DealMethods.putImportContent.entry.name: [
            .conflict: ["upload_gap"], .unprocessable: ["upload_too_long", "hash_mismatch"],
        ],
        DealMethods.mapImport.entry.name: [.unprocessable: ["import_state"]],
        DealMethods.validateImport.entry.name: [.unprocessable: ["import_state"]],
        DealMethods.commitImport.entry.name: [.unprocessable: ["import_state", "rows_invalid"]],
        DealMethods.revertImport.entry.name: [.unprocessable: ["import_state"]],
        DealMethods.removeImport.entry.name: [.unprocessable: ["import_state"]],
        AuditMethods.createSearch.entry.name: [
            .forbidden: ["forbidden"], .conflict: ["search_exists"], .unprocessable: ["searches_full"],
        ],
        AuditMethods.updateSearch.entry.name: workOnSearch.merging([.conflict: ["search_exists"]]) { $1 },
        AuditMethods.removeSearch.entry.name: workOnSearch,
        AuditMethods.exportLines.entry.name: [.unprocessable: ["export_too_large"]],
        AuditMethods.exportTable.entry.name: [.unprocessable: ["export_too_large"]],
        AuditMethods.redact.entry.name: [.forbidden: ["forbidden"], .unprocessable: ["nothing_to_redact"]],
        AuditMethods.eraseUser.entry.name: [.forbidden: ["forbidden"]],
        AuditMethods.placeHold.entry.name: [
            .forbidden: ["forbidden"], .preconditionRequired: ["version_required"], .unprocessable: ["already_held"],
        ],
        AuditMethods.liftHold.entry.name: [
            .forbidden: ["forbidden"], .preconditionRequired: ["version_required"], .unprocessable: ["not_held"],
        ],
        DealMethods.decideConflict.entry.name: [.forbidden: ["access_too_low"]],
        DealMethods.access.entry.name: [.forbidden: ["access_too_low"]],
        DealMethods.breakGlass.entry.name: [.unprocessable: ["break_glass_not_needed", "too_many_guests"]],
        DealMethods.crossings.entry.name: [.forbidden: ["access_too_low"]],
        DealMethods.requestCrossing.entry.name: [
            .forbidden: ["access_too_low"], .conflict: ["already_member", "wall_crossing_open"],
            .unprocessable: ["wall_crossings_full"],
        ],
        DealMethods.decideCrossing.entry.name: [
            .forbidden: ["access_too_low", "four_eyes"], .unprocessable: ["already_decided", "wall_crossing_over"],
        ],
        DealMethods.endCrossing.entry.name: [
            .forbidden: ["access_too_low"], .unprocessable: ["wall_crossing_over"],
        ],
        DealMethods.updateOrganization.entry.name: workAsRead, DealMethods.publishOrganization.entry.name: workAsRead,
        DealMethods.mergeOrganization.entry.name: workAsRead.merging([.unprocessable: ["not_in_directory"]]) { $1 },
        DealMethods.undoMerge.entry.name: [
            .preconditionRequired: ["version_required"],
            .unprocessable: ["already_undone", "merge_changed", "merged_since"],
        ],
        DealMethods.addPerson.entry.name: [.forbidden: ["access_too_low"]],
        DealMethods.updatePerson.entry.name: workAsRead, DealMethods.removePerson.entry.name: workAsRead,
        DealMethods.addParty.entry.name: [
            .forbidden: ["access_too_low"], .conflict: ["party_exists"], .unprocessable: ["parties_full"],
        ],
        DealMethods.updateParty.entry.name: workAsRead.merging([.conflict: ["party_exists"]]) { $1 },
        DealMethods.removeParty.entry.name: workAsRead,
        DealMethods.addFee.entry.name: [.forbidden: ["access_too_low"], .unprocessable: ["fees_full"]],
        DealMethods.previewFees.entry.name: [.unprocessable: ["validation_failed"]],
        DealMethods.updateFee.entry.name: workAsRead,
        DealMethods.removeFee.entry.name: workAsRead.merging([.unprocessable: ["fee_has_credits"]]) { $1 },
        DealMethods.addRound.entry.name: [.forbidden: ["access_too_low"], .unprocessable: ["rounds_full"]],
        DealMethods.updateRound.entry.name: workAsRead,
        DealMethods.addBid.entry.name: [
            .forbidden: ["access_too_low"], .unprocessable: ["bids_full", "round_closed"],
        ],
        DealMethods.updateBid.entry.name: workAsRead.merging([.unprocessable: ["bid_over"]]) { $1 },
        DealMethods.withdrawBid.entry.name: workAsRead.merging([.unprocessable: ["bid_over"]]) { $1 },
        DealMethods.setCredits.entry.name: workAsRead, DealMethods.setTail.entry.name: workAsRead,
        DealMethods.removeTail.entry.name: workAsRead,
        DealMethods.requestApproval.entry.name: [
            .forbidden: ["access_too_low"], .conflict: ["approval_open"],
            .unprocessable: ["deal_ended", "deal_not_ended"],
        ],
        DealMethods.decideApproval.entry.name: [
            .forbidden: ["access_too_low", "four_eyes", "reopen_by_lead", "committee_without_lead"],
            .unprocessable: ["already_decided", "already_voted", "approval_over"],
        ],
        DealMethods.checkConflicts.entry.name: [.notFound: ["not_found"]],
        DealMethods.requestConflict.entry.name: [
            .forbidden: ["access_too_low"], .unprocessable: ["deal_ended", "conflict_declined"],
        ],
        DealMethods.updateListEntry.entry.name: [
            .preconditionRequired: ["version_required"], .unprocessable: ["entry_lifted"],
        ],
        DealMethods.liftListEntry.entry.name: [
            .preconditionRequired: ["version_required"], .unprocessable: ["entry_lifted"],
        ],
        DealMethods.claimCheck.entry.name: workAsRead.merging([.unprocessable: ["already_decided"]]) { $1 },
        DealMethods.decideCheck.entry.name: [
            .forbidden: ["access_too_low", "four_eyes"], .unprocessable: ["already_decided"],
        ],
        HealthMethods.addWebhook.entry.name: [.unprocessable: ["too_many_webhooks"]],
        HealthMethods.updateWebhook.entry.name: [.preconditionRequired: ["version_required"]],
        HealthMethods.removeWebhook.entry.name: [.preconditionRequired: ["version_required"]],
        HealthMethods.testWebhook.entry.name: [.unprocessable: ["webhook_disabled"]],
        HealthMethods.replayWebhook.entry.name: [.unprocessable: ["webhook_disabled"]],
        HealthMethods.replayFailedWebhooks.entry.name: [.unprocessable: ["webhook_disabled"]],
        DealMethods.editPipeline.entry.name: [.preconditionRequired: ["version_required"]],
        DealMethods.search.entry.name: [.badRequest: ["cursor_invalid"]],
        DealMethods.createView.entry.name: [
            .forbidden: ["forbidden"], .conflict: ["view_exists"], .unprocessable: ["views_full"],
        ],
        DealMethods.updateView.entry.name: [
            .forbidden: ["forbidden", "not_owner"], .conflict: ["view_exists"],
            .preconditionRequired: ["version_required"],
        ],
        DealMethods.removeView.entry.name: [
            .forbidden: ["forbidden", "not_owner"], .preconditionRequired: ["version_required"],
        ],
    ]
}
