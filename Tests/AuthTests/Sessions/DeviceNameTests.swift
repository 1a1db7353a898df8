import Testing

@testable import auth

struct DeviceNameTests {
    @Test(arguments: [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
                + "Safari/537.36", "Chrome on Windows"
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
                + "Safari/537.36 Edg/131.0.2903.70", "Edge on Windows"
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
                + "Safari/605.1.15", "Safari on macOS"
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
                + "Safari/537.36 OPR/115.0.0.0", "Opera on macOS"
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                + "Version/18.1 Mobile/15E148 Safari/604.1", "Safari on iPhone"
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                + "CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1", "Chrome on iPad"
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                + "FxiOS/133.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPhone"
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile "
                + "Safari/537.36", "Chrome on Android"
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) "
                + "SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36", "Samsung Internet on Android"
        ),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
                + "Safari/537.36", "Chrome on ChromeOS"
        ),
        ("curl/8.5.0", "curl"), ("Wget/1.21.4", "Wget"), ("HTTPie/3.2.2", "HTTPie"),
        ("python-requests/2.32.3", "Python"), ("Python/3.12 aiohttp/3.10.5", "Python"), ("Go-http-client/2.0", "Go"),
        ("PostmanRuntime/7.42.0", "Postman"), ("okhttp/4.12.0", "OkHttp"), ("node", "Node.js"),
        (
            "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621.4391", "PowerShell"
        ),
    ])
    func knownOnesHaveTheirNames(userAgent: String, name: String) {
        #expect(DeviceName.of(userAgent) == name)
    }

    @Test(arguments: [nil, "", "x", "Mozilla/5.0", "Mozilla/4.0 (compatible; MSIE 8.0)", "FIREFOX LINUX"])
    func othersAreUnknown(userAgent: String?) {
        #expect(DeviceName.of(userAgent) == "Unknown device")
    }

    @Test func browserWithoutASystemIsNamedAlone() { #expect(DeviceName.of("Firefox/133.0") == "Firefox") }

    @Test func userAgentIsKeptCutAndWithoutControlCharacters() {
        #expect(UserAgent.kept("curl/8.5.0") == "curl/8.5.0")
        #expect(UserAgent.kept("cu\u{0}rl\r\n/\u{7F}8\u{9B}") == "curl/8")
        let long = String(repeating: "e\u{301}", count: 300)
        #expect(UserAgent.kept(long)?.unicodeScalars.count == UserAgent.lengthMax)
        for nothing in [nil, "", "\u{1}\n"] { #expect(UserAgent.kept(nothing) == nil) }
    }
}
