import Foundation

extension Double {
    /// With a point, whatever the locale.
    func text(decimals: Int) -> String { String(format: "%.\(decimals)f", self) }
}

extension Duration {
    /// Seconds with at most two decimals: `0.25`, `10`.
    var secondsText: String {
        let hundredths = (components.seconds * 100 + components.attoseconds / 10_000_000_000_000_000)
        let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
        if rest == 0 { return "\(whole)" }
        if rest % 10 == 0 { return "\(whole).\(rest / 10)" }
        return "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
