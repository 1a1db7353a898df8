import NIOHTTP1

/// What every response carries (OWASP HTTP Headers cheat sheet, ASVS 5 chapter V3).
enum ResponseHeaders {
    /// Answers of the API are data for programs: never rendered, never kept.
    static func secureAPI(_ headers: inout HTTPHeaders) {
        common(&headers)
        headers.replaceOrAdd(
            name: "Content-Security-Policy", value: "default-src 'none'; frame-ancestors 'none'; sandbox")
        if headers["Cache-Control"].isEmpty { headers.add(name: "Cache-Control", value: "no-store") }
    }

    static func securePage(_ headers: inout HTTPHeaders) {
        common(&headers)
        headers.replaceOrAdd(
            name: "Content-Security-Policy",
            value: "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                + "font-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'")
        headers.replaceOrAdd(name: "Cross-Origin-Opener-Policy", value: "same-origin")
        headers.replaceOrAdd(name: "Permissions-Policy", value: "camera=(), geolocation=(), microphone=()")
        headers.replaceOrAdd(name: "Cache-Control", value: "no-cache")
    }

    private static func common(_ headers: inout HTTPHeaders) {
        headers.replaceOrAdd(name: "X-Content-Type-Options", value: "nosniff")
        headers.replaceOrAdd(name: "Referrer-Policy", value: "no-referrer")
        headers.replaceOrAdd(name: "Cross-Origin-Resource-Policy", value: "same-origin")
    }
}
