import Foundation

/// An exact amount: whole minor units of one ISO 4217 currency. Travels as `{"amount":"1250000000.00","currency":"USD"}`.
package struct Money: Hashable, Sendable {
    package let minorUnits: Int64
    package let currency: Currency

    package init(minorUnits: Int64, currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    /// Reads a plain decimal such as `-12.5`; nil when it has an exponent, more decimals than the currency or does not fit.
    package init?(amount: String, currency: Currency) {
        let isNegative = amount.utf8.first == UInt8(ascii: "-")
        let parts = amount.utf8.dropFirst(isNegative ? 1 : 0).split(
            separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first, whole.isDigits else { return nil }
        let decimals = parts.count == 2 ? Array(parts[1]) : []
        guard parts.count == 1 || decimals.isDigits, decimals.count <= currency.exponent else { return nil }
        let padding = [UInt8](repeating: UInt8(ascii: "0"), count: currency.exponent - decimals.count)
        guard let units = Int64(String(decoding: whole + decimals + padding, as: UTF8.self)) else { return nil }
        self.init(minorUnits: isNegative ? -units : units, currency: currency)
    }

    package var amount: String {
        let digits = String(minorUnits.magnitude)
        let padded = String(repeating: "0", count: max(0, currency.exponent + 1 - digits.count)) + digits
        let sign = minorUnits < 0 ? "-" : ""
        guard currency.exponent > 0 else { return sign + padded }
        return "\(sign)\(padded.dropLast(currency.exponent)).\(padded.suffix(currency.exponent))"
    }
}

/// An ISO 4217 code that we know the number of minor digits of.
package struct Currency: Hashable, Sendable {
    package let code: String
    package let exponent: Int

    package init?(code: String) {
        guard let exponent = Self.exponents[code] else { return nil }
        self.code = code
        self.exponent = exponent
    }

    /// ISO 4217 active currencies by number of minor digits (list one, without metals, funds and test codes).
    private static let exponents: [String: Int] = {
        let codes: [(Int, String)] = [
            (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
            (3, "BHD IQD JOD KWD LYD OMR TND"),
            (
                2,
                """
                AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY \
                COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR \
                ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK \
                MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP \
                SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW
                """
            ),
        ]
        return Dictionary(
            uniqueKeysWithValues: codes.flatMap { exponent, list in
                list.split(separator: " ").map { (String($0), exponent) }
            })
    }()
}

extension Money: Codable {
    private enum CodingKeys: String, CodingKey { case amount, currency }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let amount = try container.decode(String.self, forKey: .amount)
        let code = try container.decode(String.self, forKey: .currency)
        guard let currency = Currency(code: code) else {
            throw DecodingError.dataCorruptedError(
                forKey: .currency, in: container, debugDescription: "must be an ISO 4217 code such as USD")
        }
        guard let money = Money(amount: amount, currency: currency) else {
            throw DecodingError.dataCorruptedError(
                forKey: .amount, in: container,
                debugDescription: "must be a decimal string with at most \(currency.exponent) decimals for \(code)")
        }
        self = money
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(amount, forKey: .amount)
        try container.encode(currency.code, forKey: .currency)
    }
}
