import CLibFuzzer
import Foundation
import NIOCore

@testable import RPC

/// libFuzzer's entry (llvm.org/docs/LibFuzzer.html).
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: start, count: count)
    guard let choice = bytes.first,
        let target = FuzzTarget(rawValue: choice % UInt8(FuzzTarget.allCases.count))
    else { return 0 }
    target.run(ByteBuffer(bytes: bytes.dropFirst()))
    return 0
}

/// The package manager calls an executable's `main` this and lets the linker rename it; libFuzzer's own stays unused.
@_cdecl("fuzz_frames_main")
func fuzzMain(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
    if let directory = ProcessInfo.processInfo.environment["FUZZ_SEEDS"] { return writeSeeds(directory) }
    var count = count
    var arguments = arguments
    return LLVMFuzzerRunDriver(&count, &arguments, fuzzOneInput)
}

/// With FUZZ_SEEDS=DIR the process writes the seed corpus into DIR and ends.
private func writeSeeds(_ directory: String) -> CInt {
    do {
        for (number, seed) in seeds.enumerated() {
            let file = URL(filePath: directory).appending(path: "seed-\(number)")
            try Data([seed.target.rawValue] + seed.bytes.readableBytesView).write(to: file)
        }
        return 0
    } catch {
        print("cannot write the seeds to \(directory): \(error)")
        return 1
    }
}

private var seeds: [(target: FuzzTarget, bytes: ByteBuffer)] {
    FrameCorpus.small.map { (.frames, FrameCorpus.bytes([$0])) }
        + [
            (.frames, FrameCorpus.bytes(FrameCorpus.small)), (.metadata, FrameCorpus.fullMetadata),
            (.greeting, FrameCorpus.hello), (.greeting, FrameCorpus.proof), (.fault, FrameCorpus.fault),
        ]
}
