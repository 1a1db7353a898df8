/// What a log says of its tree at one size (C2SP tlog-checkpoint, Note text): the text of a note, of three lines at least.
/// ```
/// example.com/behind-the-sofa                     origin: which log
/// 20852163                                        size: how many leaves
/// CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=    root
/// ```
package struct Checkpoint: Sendable, Equatable {
    package let origin: String
    package let size: Int64
    package let root: MerkleHash
    /// Opaque, and better left out: nobody who watches the log can check them.
    package let extensions: [String]

    /// Nil where a line would be empty or hold a control character, or the size be negative.
    package init?(origin: String, size: Int64, root: MerkleHash, extensions: [String] = []) {
        let lines = [origin] + extensions
        guard size >= 0, lines.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 0x20 } }) else { return nil }
        self.origin = origin
        self.size = size
        self.root = root
        self.extensions = extensions
    }

    /// Nil for what is not the text of a checkpoint to the byte.
    package init?(_ text: String) {
        var lines = Lines(text.utf8)
        guard let origin = lines.next(), let size = lines.next().flatMap(Decimal.parse),
            let root = lines.next().flatMap({ MerkleHash(base64: $0) })
        else { return nil }
        var extensions: [String] = []
        while let line = lines.next() { extensions.append(String(decoding: line, as: UTF8.self)) }
        guard lines.rest.isEmpty else { return nil }
        self.init(origin: String(decoding: origin, as: UTF8.self), size: size, root: root, extensions: extensions)
    }

    /// What a note claims, whoever has signed it: to choose keys and files by, never to believe.
    package init?(unverified note: SignedNote) { self.init(String(decoding: note.textBytes, as: UTF8.self)) }

    package var text: String {
        "\(origin)\n\(size)\n\(root.base64)\n" + extensions.map { "\($0)\n" }.joined()
    }

    package static func == (a: Checkpoint, b: Checkpoint) -> Bool { a.text.isSame(as: b.text) }
}
