extension String {
    /// Byte for byte: Swift's `==` also holds for texts that only look alike to Unicode.
    func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
