import Contracts
import RPC

/// The page of Monday's meeting.
struct MondayHandlers: Sendable {
    let parts: MondayStore
    let names: UserNames
    let now: WallClock

    func register(on router: inout RPCRouter) { router.on(DealMethods.monday, page) }

    func page(_ query: MondayQuery, _ context: RPCContext) async throws -> MondayPage {
        let caller = try Caller(context, may: .readReports, now: now())
        let name = try await names.name(of: caller)
        let parts = try await parts.parts(query, for: caller)
        return MondayPage(html: MondayText.html(parts, on: query.asOf ?? caller.today, for: name, at: caller.now))
    }
}

/// The page as a browser prints it. Each sheet says who took it and when.
enum MondayText {
    static func html(_ parts: [MondayPart], on day: BusinessDate, for name: String, at now: Instant) -> String {
        var page = ReportHTML()
        let mark = "\(name) · \(now.text)"
        page.markup(
            """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <link rel="stylesheet" href="/monday.css">

            """)
        page.element("title", "Monday report \(day.text)")
        page.markup("</head>\n<body>\n<div class=\"mark\" aria-hidden=\"true\">")
        page.data(mark)
        page.markup("</div>\n<header>")
        page.element("h1", "Monday report")
        page.element("p", "\(day.text) · asked for by \(mark)")
        page.element("p", "Code names only. Not to be passed on.")
        page.markup("</header>\n<main>\n")
        for part in parts { page.section(part.title, part.report, rowsMax: part.rowsMax) }
        page.markup("</main>\n</body>\n</html>\n")
        return page.text
    }
}
