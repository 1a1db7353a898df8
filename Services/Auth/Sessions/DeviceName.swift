/// What people would call the device behind a user agent, so that they find their own in a list: `Firefox on Linux`.
enum DeviceName {
    static let unknown = "Unknown device"

    // Browsers name those whose pages they can show: the first mark that fits is the one that tells.
    private static let browsers = [
        ("Edg/", "Edge"), ("EdgA/", "Edge"), ("EdgiOS/", "Edge"), ("OPR/", "Opera"), ("Vivaldi/", "Vivaldi"),
        ("SamsungBrowser/", "Samsung Internet"), ("FxiOS/", "Firefox"), ("Firefox/", "Firefox"), ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ]

    private static let systems = [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
        ("Macintosh", "macOS"), ("Linux", "Linux"), ("FreeBSD", "FreeBSD"),
    ]

    private static let programs = [
        ("curl/", "curl"), ("Wget/", "Wget"), ("HTTPie/", "HTTPie"), ("PostmanRuntime/", "Postman"),
        ("insomnia/", "Insomnia"), ("PowerShell/", "PowerShell"), ("python", "Python"), ("Python", "Python"),
        ("Go-http-client/", "Go"), ("okhttp/", "OkHttp"), ("Java", "Java"), ("node", "Node.js"), ("axios/", "Node.js"),
    ]

    /// - Parameter userAgent: as the client sent it, which may be anything.
    static func of(_ userAgent: String?) -> String {
        guard let userAgent else { return unknown }
        guard let browser = first(browsers, in: userAgent) else { return first(programs, in: userAgent) ?? unknown }
        return first(systems, in: userAgent).map { "\(browser) on \($0)" } ?? browser
    }

    private static func first(_ table: [(mark: String, name: String)], in text: String) -> String? {
        table.first { text.contains($0.mark) }?.name
    }
}
