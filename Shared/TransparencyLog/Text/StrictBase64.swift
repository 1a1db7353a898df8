import Foundation

/// Base64 (RFC 4648 section 4) in its one spelling: with padding, without white space, with zeros in the bits that no byte
/// uses. Two texts for one value would let somebody change a note without breaking its signature.
enum StrictBase64 {
    static func decode(_ text: some Collection<UInt8>) -> Data? {
        let encoded = Data(text)
        guard let decoded = Data(base64Encoded: encoded), decoded.base64EncodedData() == encoded else { return nil }
        return decoded
    }
}
