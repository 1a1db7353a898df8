import Contracts
import Foundation
import RPC

/// Fills a deal from input field by field and collects all that is wrong, so that a person sees everything at once.
struct DealForm: Sendable {
    private(set) var deal: Deal
    private(set) var faults: [FieldFault] = []
    private let pipeline: Pipeline
    private let today: BusinessDate

    /// - Parameter pipeline: of the deal's type, as it stands.
    init(_ deal: Deal, in pipeline: Pipeline, today: BusinessDate) {
        self.deal = deal
        self.pipeline = pipeline
        self.today = today
    }

    mutating func apply(_ patch: DealPatch) {
        let before = deal
        text(patch.codeName, \.codeName, TextRule("codeName", 2...80))
        text(patch.clientName, \.clientName, TextRule("clientName", 1...200))
        facts(patch)
        optionalText(patch.realName, \.realName, TextRule("realName", 1...200))
        optionalText(patch.sector, \.sector, TextRule("sector", 1...80))
        optionalText(patch.description, \.description, TextRule("description", 1...10_000, allowsLines: true))
        optionalText(patch.nextStep, \.nextStep, TextRule("nextStep", 1...500, allowsLines: true))
        country(patch.country)
        money(patch.value, \.value, "value")
        probability(patch.probability)
        required(patch.confidentiality, \.confidentiality, "confidentiality")
        required(patch.leadId, \.leadId, "leadId")
        conflictStatus(patch.conflictStatus)
        tags(patch.tags)
        pastDay(patch.engagementLetterSignedOn, \.engagementLetterSignedOn, "engagementLetterSignedOn")
        pastDay(patch.closedOn, \.closedOn, "closedOn")
        optional(patch.expectedCloseOn, \.expectedCloseOn)
        if deal.status == .won, deal.closedOn == nil {
            fault("closedOn", "required", "A deal that is won keeps its closing day.")
        }
        let stage = pipeline.standing(deal.stage)?.category ?? .origination
        if stage >= .mandate, deal.engagementLetterSignedOn == nil, before.engagementLetterSignedOn != nil {
            fault("engagementLetterSignedOn", "required", "A deal under mandate keeps the day of its letter.")
        }
        if deal.clientName != before.clientName { clearanceEnds() }
        let names = [deal.codeName, deal.clientName, deal.targetName]
        if names != [before.codeName, before.clientName, before.targetName] { codeNameHidesWhoItIs() }
    }

    mutating func originated(on day: BusinessDate) {
        if day > today { return fault("originatedOn", "in_future", "must not be in the future") }
        deal.originatedOn = day
        deal.stageEnteredOn = day
    }

    mutating func fault(_ field: String, _ code: String, _ message: String) {
        faults.append(FieldFault(field, code, message))
    }

    /// Why is not said, on purpose: see `FieldFault.codeNameNotAvailable`.
    mutating func codeNameNotAvailable() {
        if !faults.contains(.codeNameNotAvailable) { faults.append(.codeNameNotAvailable) }
    }

    /// - Parameter definitions: all that there are.
    mutating func customFields(_ patch: Patch<[String: Patch<CustomValue>]>?, _ definitions: [CustomField]) {
        let rules = CustomFieldRules(definitions, of: deal.type)
        deal.customFields = rules.apply(patch, to: deal.customFields, &faults)
    }

    /// Of a new deal; those that were there before a field was asked for go on without it.
    mutating func requireCustomFields(_ definitions: [CustomField]) {
        faults += CustomFieldRules(definitions, of: deal.type).missing(in: deal.customFields)
    }

    /// Compliance cleared one client; another one has to be cleared anew.
    private mutating func clearanceEnds() {
        guard [.cleared, .clearedWithConditions].contains(deal.conflictStatus) else { return }
        (deal.conflictStatus, deal.conflictExpiresOn) = (.pending, nil)
    }

    private mutating func codeNameHidesWhoItIs() {
        for name in [deal.clientName, deal.targetName].compactMap(\.self)
        where FoldedText.contains(deal.codeName, words: name) { codeNameNotAvailable() }
    }

    private mutating func tags(_ patch: Patch<[String]>?) {
        switch patch {
        case .set(let tags): if let tags = TagRule.check(tags, &faults) { deal.tags = tags }
        case .clear: deal.tags = []
        case nil: break
        }
    }

    private mutating func country(_ patch: Patch<String>?) {
        if case .set(let code) = patch, !CountryCode.isValid(code) { return faults.append(CountryCode.fault) }
        optional(patch, \.country)
    }

    private mutating func probability(_ patch: Patch<Int>?) {
        guard let patch else { return }
        guard !deal.status.isEnded else {
            return fault("probability", "deal_ended", "The deal has ended: its chance is known.")
        }
        switch patch {
        case .set(let percent) where (0...100).contains(percent):
            deal.probability = percent
            deal.probabilitySource = .manual
        case .set:
            fault("probability", "out_of_range", "must be 0 to 100")
        case .clear:
            deal.probability = pipeline.standing(deal.stage)?.probability ?? deal.probability
            deal.probabilitySource = .stage
        }
    }

    private mutating func conflictStatus(_ patch: Patch<ConflictStatus>?) {
        switch patch {
        case nil, .set(deal.conflictStatus): break
        case .set(.pending) where deal.conflictStatus == .notStarted: deal.conflictStatus = .pending
        case .set(.pending) where deal.conflictExpiresOn.map({ $0 < today }) ?? false: clearanceEnds()
        default:
            fault("conflictStatus", "compliance_decides", "You may ask for the check (pending); compliance decides it.")
        }
    }
}

// MARK: one field of a kind

extension DealForm {
    mutating func text(_ patch: Patch<String>?, _ path: WritableKeyPath<Deal, String>, _ rule: TextRule) {
        switch patch {
        case .set(let text): if let text = rule.check(text, &faults) { deal[keyPath: path] = text }
        case .clear: fault(rule.field, "required", "must not be null")
        case nil: break
        }
    }

    mutating func optionalText(
        _ patch: Patch<String>?, _ path: WritableKeyPath<Deal, String?>, _ rule: TextRule
    ) {
        switch patch {
        case .set(let text): if let text = rule.check(text, &faults) { deal[keyPath: path] = text }
        case .clear: deal[keyPath: path] = nil
        case nil: break
        }
    }

    mutating func required<Value>(_ patch: Patch<Value>?, _ path: WritableKeyPath<Deal, Value>, _ field: String) {
        switch patch {
        case .set(let value): deal[keyPath: path] = value
        case .clear: fault(field, "required", "must not be null")
        case nil: break
        }
    }

    mutating func optional<Value>(_ patch: Patch<Value>?, _ path: WritableKeyPath<Deal, Value?>) {
        switch patch {
        case .set(let value): deal[keyPath: path] = value
        case .clear: deal[keyPath: path] = nil
        case nil: break
        }
    }

    /// A day on which something happened, as against one on which it is planned.
    mutating func pastDay(
        _ patch: Patch<BusinessDate>?, _ path: WritableKeyPath<Deal, BusinessDate?>, _ field: String
    ) {
        if case .set(let day) = patch, day > today { return fault(field, "in_future", "must not be in the future") }
        optional(patch, path)
    }

    mutating func money(_ patch: Patch<Money>?, _ path: WritableKeyPath<Deal, Money?>, _ field: String) {
        if case .set(let money) = patch, money.minorUnits < 0 {
            return fault("\(field).amount", "out_of_range", "must not be negative")
        }
        optional(patch, path)
    }
}

extension FieldFault {
    /// One answer for a code name that is taken and for one that gives the client away. A plain "taken" would tell
    /// anybody who guesses names that a deal of that name exists, though he may not know of it.
    static let codeNameNotAvailable = FieldFault(
        "codeName", "not_available", "This code name cannot be used; choose another.")
}
