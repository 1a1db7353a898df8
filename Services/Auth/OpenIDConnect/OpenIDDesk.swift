import Contracts

/// All that is needed to speak with the provider that the settings name. Close it when it is no longer needed.
struct OpenIDDesk: Sendable {
    let settings: OpenIDSettings
    let documents: ProviderDocuments
    let exchange: TokenExchange
    let rules: IDTokenRules
    private let http: ProviderHTTP

    init(_ settings: OpenIDSettings, clock: @escaping WallClock) {
        self.settings = settings
        http = ProviderHTTP(timeout: settings.timeout)
        documents = ProviderDocuments(settings, http, clock: clock)
        exchange = TokenExchange(settings: settings, http: http)
        rules = IDTokenRules(issuer: settings.issuer, clientID: settings.clientID, contexts: settings.contexts)
    }

    @Sendable func close() async throws { try await http.close() }
}
