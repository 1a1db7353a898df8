import Contracts
import Foundation
import RPC
import Tokens

/// What others have made: the test vectors of WebAuthn level 3, section 16 ("ES256 Credential with No Attestation" and the one
/// with `crossOrigin`), and what Chromium 156 with a virtual authenticator answered, word for word.
enum PasskeyVectors {
    static let challenge = hex("00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130")
    static let clientData =
        #"{"type":"webauthn.create","challenge":"AMMPt4UxxGTStncdq417YDwBFi8vpIa-pw8oOuVW4TA","origin":"https://example.org","crossOrigin":false,"extraData":"clientDataJSON may be extended with additional fields in the future, such as this: BkQeDjdcTBrXBiAwJTLE5Q"}"#
    static let attestation = hex(
        "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735a"
            + "e7f8edd46592a5e0f01452b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70"
            + "189cba3fb63f579ba6122b33ad94ff3ec330084be4a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20d"
            + "b90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b"
            + "9220")
    static let credential = hex("f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4")

    static let otherOriginClientData =
        #"{"type":"webauthn.create","challenge":"O-WqzQNTcUJHI0CrWWnyQPHYdxbiC2gHrCMGVfpLO0k","origin":"https://example.org","crossOrigin":true,"extraData":"clientDataJSON may be extended with additional fields in the future, such as this: zZquEtDR9DWqpW5tBWTFug"}"#
    static let otherOriginAttestation = hex(
        "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735a"
            + "e7f8edd46592a5e0f01452b2e4b54500000000883f4f6014f19c09d87aa38123be48d000206e1050c0d2ca2f07c755cb"
            + "2c66a74c64fa43065c18f938354d9915db2bd5ce57a501020326200121582022200a473f90b11078851550d03b4e44a2"
            + "279f8c4eca27b3153dedfe03e4e97d225820cbd0be95e746ad6f5a8191be11756e4c0420e72f65b466d39bc56b8b123a"
            + "9c6e")
    static let otherOriginCredential = hex("6e1050c0d2ca2f07c755cb2c66a74c64fa43065c18f938354d9915db2bd5ce57")

    static let assertionChallenge = hex("39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408")
    static let assertionClientData =
        #"{"type":"webauthn.get","challenge":"OcDnUhQXulTUPo3JUXT0I97pvzzYBP9tZchXyav01Ag","origin":"https://example.org","crossOrigin":false}"#
    static let authenticatorData = hex(
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000")
    static let signature = hex(
        "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b935381"
            + "74f575bf11a1dd5d78c6e486013f937295ea13653e331e87")

    static let chromiumOrigin = "http://localhost:8199"
    /// Of the user whom the passkey was made for.
    static let chromiumUser = UUID(uuidString: "0199A1B2-3C4D-7E5F-8A6B-7C8D9E0F1A2B") ?? UUID()
    static let chromiumChallenges = (
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA"
    )
    static let chromiumRegistration = """
        {"authenticatorAttachment":"platform","clientExtensionResults":{},"id":"okDLikCIFHtcpaeNnReRxRBiUZu_Pr55AWL0rb0cNCk",
        "rawId":"okDLikCIFHtcpaeNnReRxRBiUZu_Pr55AWL0rb0cNCk","response":{"attestationObject":
        "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVikSZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NdAAAAAQECAwQFBgcIAQIDBAUGBwgAIKJA\
        y4pAiBR7XKWnjZ0XkcUQYlGbvz6-eQFi9K29HDQppQECAyYgASFYIImUsQqSq6edFAbj09VDJxm0PusXX2mKq90rc9popswiIlgggu6R6iqV6NRoqEok\
        jUt1USyhXHRE7zgPeoG_4nt_bWc","authenticatorData":
        "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NdAAAAAQECAwQFBgcIAQIDBAUGBwgAIKJAy4pAiBR7XKWnjZ0XkcUQYlGbvz6-eQFi9K29HDQp\
        pQECAyYgASFYIImUsQqSq6edFAbj09VDJxm0PusXX2mKq90rc9popswiIlgggu6R6iqV6NRoqEokjUt1USyhXHRE7zgPeoG_4nt_bWc",
        "clientDataJSON":"eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiQUFFQ0F3UUZCZ2NJQ1FvTERBME9EeEFSRWhNVUZSWVhHQmt\
        hR3h3ZEhoOCIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6ODE5OSIsImNyb3NzT3JpZ2luIjpmYWxzZX0","publicKey":
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEiZSxCpKrp50UBuPT1UMnGbQ-6xdfaYqr3Stz2mimzCKC7pHqKpXo1GioSiSNS3VRLKFcdETvOA96gb_i\
        e39tZw","publicKeyAlgorithm":-7,"transports":["internal"]},"type":"public-key"}
        """
    static let chromiumAssertion = """
        {"authenticatorAttachment":"platform","clientExtensionResults":{},"id":"okDLikCIFHtcpaeNnReRxRBiUZu_Pr55AWL0rb0cNCk",
        "rawId":"okDLikCIFHtcpaeNnReRxRBiUZu_Pr55AWL0rb0cNCk","response":{"authenticatorData":
        "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MdAAAAAg","clientDataJSON":"eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjo\
        iSHg0ZEhCc2FHUmdYRmhVVUV4SVJFQThPRFF3TENna0lCd1lGQkFNQ0FRQSIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6ODE5OSIsImNyb3NzT3J\
        pZ2luIjpmYWxzZX0","signature":"MEUCIQD9a6Dnn78ZJj1cZCPY1vNnQd7cKRg6p12nUNWWU4PxgQIgQzbDNAvxGkPGM8qMQsS4TjfaxmjYQ5SfhV\
        eNGQPgz7Q","userHandle":"AZmhsjxNfl-Ka3yNng8aKw"},"type":"public-key"}
        """

    private static func hex(_ digits: String) -> [UInt8] {
        let values = digits.compactMap(\.hexDigitValue)
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }
}
