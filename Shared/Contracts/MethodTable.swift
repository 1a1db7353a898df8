import Crypto
import Foundation
package import RPC

/// The numbers of all calls between services. Append only: a number is never changed or used again, and a golden test
/// pins the table. Ranges: 0x0001 built into the RPC, 0x0010 events, 0x0020 backups, 0x01xx auth, 0x02xx deals, 0x03xx audit, 0x04xx health.
package enum MethodTable {
    package static let all: [RPCMethodEntry] = [
        EventMethods.pull.entry, BackupMethods.take.entry,
        EventMethods.subscribe.entry, EventMethods.acknowledge.entry, EventMethods.groups.entry,
        EventMethods.read.entry, EventMethods.deadLetters.entry, EventMethods.redrive.entry, EventMethods.skip.entry,
        AuthMethods.login.entry, AuthMethods.refresh.entry, AuthMethods.logout.entry, AuthMethods.me.entry,
        AuthMethods.listUsers.entry, AuthMethods.setUserStatus.entry,
        AuthMethods.claimSetup.entry, AuthMethods.findUser.entry, AuthMethods.accessChanges.entry,
        AuthMethods.resolveAccess.entry, AuthMethods.openWebSession.entry, AuthMethods.createToken.entry,
        AuthMethods.listTokens.entry, AuthMethods.revokeToken.entry, AuthMethods.rotateKeys.entry,
        AuthMethods.listFactors.entry, AuthMethods.beginTOTP.entry, AuthMethods.confirmTOTP.entry,
        AuthMethods.removeTOTP.entry, AuthMethods.renewRecoveryCodes.entry, AuthMethods.resetFactors.entry,
        AuthMethods.passkeyCreation.entry, AuthMethods.addPasskey.entry, AuthMethods.listPasskeys.entry,
        AuthMethods.removePasskey.entry, AuthMethods.passkeyRequest.entry,
        AuthMethods.listSessions.entry, AuthMethods.endSession.entry, AuthMethods.endOtherSessions.entry,
        AuthMethods.listUserSessions.entry, AuthMethods.endUserSessions.entry, AuthMethods.changePassword.entry,
        AuthMethods.requestPasswordReset.entry, AuthMethods.resetPassword.entry,
        AuthMethods.createInvitation.entry, AuthMethods.listInvitations.entry, AuthMethods.revokeInvitation.entry,
        AuthMethods.acceptInvitation.entry, AuthMethods.getUser.entry, AuthMethods.updateUser.entry,
        AuthMethods.updateMe.entry, AuthMethods.lookAtInvitation.entry,
        AuthMethods.listKeys.entry,
        AuthMethods.startOpenID.entry, AuthMethods.finishOpenID.entry, AuthMethods.signInMethods.entry,
        DealMethods.create.entry, DealMethods.get.entry, DealMethods.list.entry, DealMethods.update.entry,
        DealMethods.transitions.entry, DealMethods.move.entry, DealMethods.history.entry, DealMethods.team.entry,
        DealMethods.addMember.entry, DealMethods.removeMember.entry, DealMethods.decideConflict.entry,
        DealMethods.counterparties.entry, DealMethods.addCounterparty.entry, DealMethods.notices.entry,
        DealMethods.activities.entry, DealMethods.addActivity.entry, DealMethods.updateActivity.entry,
        DealMethods.removeActivity.entry, DealMethods.tasks.entry, DealMethods.addTask.entry,
        DealMethods.updateTask.entry, DealMethods.removeTask.entry, DealMethods.addTemplateTasks.entry,
        DealMethods.openTasks.entry,
        DealMethods.documents.entry, DealMethods.addDocument.entry, DealMethods.addDocumentVersion.entry,
        DealMethods.putDocumentContent.entry, DealMethods.documentContent.entry, DealMethods.removeDocument.entry,
        DealMethods.access.entry, DealMethods.breakGlass.entry, DealMethods.crossings.entry,
        DealMethods.requestCrossing.entry, DealMethods.decideCrossing.entry, DealMethods.endCrossing.entry,
        DealMethods.rates.entry, DealMethods.rateSeries.entry, DealMethods.setRates.entry,
        DealMethods.importRates.entry,
        DealMethods.delete.entry, DealMethods.restore.entry, DealMethods.decideRetention.entry,
        DealMethods.tags.entry, DealMethods.codeNames.entry, DealMethods.customFields.entry,
        DealMethods.addCustomField.entry, DealMethods.updateCustomField.entry,
        DealMethods.organizations.entry, DealMethods.addOrganization.entry, DealMethods.organization.entry,
        DealMethods.updateOrganization.entry, DealMethods.publishOrganization.entry,
        DealMethods.mergeOrganization.entry, DealMethods.organizationDeals.entry,
        DealMethods.organizationMerges.entry, DealMethods.undoMerge.entry,
        DealMethods.persons.entry, DealMethods.addPerson.entry, DealMethods.updatePerson.entry,
        DealMethods.removePerson.entry, DealMethods.findPersons.entry,
        DealMethods.parties.entry, DealMethods.addParty.entry, DealMethods.updateParty.entry,
        DealMethods.removeParty.entry,
        DealMethods.fees.entry, DealMethods.addFee.entry, DealMethods.updateFee.entry, DealMethods.removeFee.entry,
        DealMethods.previewFees.entry,
        DealMethods.updateCounterparty.entry, DealMethods.removeCounterparty.entry,
        DealMethods.addCounterparties.entry, DealMethods.counterpartyFunnel.entry,
        DealMethods.exportCounterparties.entry, DealMethods.counterpartySteps.entry,
        DealMethods.addCounterpartyStep.entry, DealMethods.voidCounterpartyStep.entry,
        DealMethods.addCounterpartySteps.entry, DealMethods.ndas.entry, DealMethods.addNDA.entry,
        DealMethods.updateNDA.entry, DealMethods.expiringNDAs.entry,
        DealMethods.rounds.entry, DealMethods.addRound.entry, DealMethods.updateRound.entry,
        DealMethods.bids.entry, DealMethods.addBid.entry, DealMethods.updateBid.entry, DealMethods.withdrawBid.entry,
        DealMethods.bidGrid.entry, DealMethods.bidGridFile.entry,
        DealMethods.credits.entry, DealMethods.setCredits.entry,
        DealMethods.tail.entry, DealMethods.setTail.entry, DealMethods.removeTail.entry, DealMethods.tails.entry,
        DealMethods.changes.entry, DealMethods.timeline.entry,
        DealMethods.pipelines.entry, DealMethods.pipeline.entry, DealMethods.editPipeline.entry,
        DealMethods.pipelineCounts.entry,
        DealMethods.listEntries.entry, DealMethods.addListEntry.entry, DealMethods.updateListEntry.entry,
        DealMethods.liftListEntry.entry, DealMethods.checkConflicts.entry, DealMethods.controlRoomQueue.entry,
        DealMethods.conflictCheck.entry, DealMethods.claimCheck.entry, DealMethods.decideCheck.entry,
        DealMethods.requestConflict.entry, DealMethods.openApprovals.entry,
        DealMethods.approvals.entry, DealMethods.requestApproval.entry, DealMethods.decideApproval.entry,
        DealMethods.search.entry, DealMethods.views.entry, DealMethods.createView.entry, DealMethods.view.entry,
        DealMethods.updateView.entry, DealMethods.removeView.entry, DealMethods.viewDeals.entry,
        DealMethods.board.entry, DealMethods.boardTotals.entry, DealMethods.find.entry,
        DealMethods.bulk.entry, DealMethods.export.entry, DealMethods.addImport.entry, DealMethods.imports.entry,
        DealMethods.getImport.entry, DealMethods.putImportContent.entry, DealMethods.mapImport.entry,
        DealMethods.validateImport.entry, DealMethods.commitImport.entry, DealMethods.revertImport.entry,
        DealMethods.importErrors.entry, DealMethods.importRows.entry, DealMethods.removeImport.entry,
        DealMethods.report.entry, DealMethods.reportDeals.entry, DealMethods.reportFile.entry,
        DealMethods.monday.entry,
        AuditMethods.list.entry, AuditMethods.verify.entry,
        AuditMethods.checkpoint.entry, AuditMethods.verifierKeys.entry, AuditMethods.tile.entry,
        AuditMethods.entryBundle.entry, AuditMethods.proof.entry,
        AuditMethods.searches.entry, AuditMethods.createSearch.entry, AuditMethods.search.entry,
        AuditMethods.updateSearch.entry, AuditMethods.removeSearch.entry, AuditMethods.exportLines.entry,
        AuditMethods.exportTable.entry, AuditMethods.redact.entry, AuditMethods.eraseUser.entry,
        AuditMethods.hold.entry, AuditMethods.placeHold.entry, AuditMethods.liftHold.entry,
        AuditMethods.dealTimeline.entry, AuditMethods.userTimeline.entry,
        HealthMethods.current.entry, HealthMethods.history.entry,
        HealthMethods.webhooks.entry, HealthMethods.addWebhook.entry, HealthMethods.webhook.entry,
        HealthMethods.updateWebhook.entry, HealthMethods.removeWebhook.entry,
        HealthMethods.rotateWebhookSecret.entry, HealthMethods.testWebhook.entry,
        HealthMethods.webhookDeliveries.entry, HealthMethods.replayWebhook.entry,
        HealthMethods.replayFailedWebhooks.entry,
    ]

    /// Tells builds with different tables apart: the first 8 bytes of the table's SHA-256, in hex.
    package static let hash: String = {
        let lines = all.sorted { $0.id < $1.id }.map { "\($0.id) \($0.name) \($0.callers.sorted())\n" }.joined()
        return SHA256.hash(data: Data(lines.utf8)).prefix(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }()
}

/// The names that services prove in the RPC handshake.
package enum Peer {
    package static let gateway = "gateway"
    package static let auth = "auth"
    package static let deals = "deals"
    package static let audit = "audit"
    package static let health = "health"
    /// Sends events on to Kafka, where there is one.
    package static let relay = "relay"
    package static let servers = [auth, deals, audit, health]
    /// A person at the command line who holds the suite's secret or a certificate of this name.
    package static let `operator` = "operator"
}
