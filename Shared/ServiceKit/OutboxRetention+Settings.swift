import Contracts
package import Storage

extension OutboxRetention {
    private static let day = Duration.seconds(86_400)
    /// Not less, either: a consumer whose file is restored from a backup reads again what it had read since.
    private static let keepDefault = day * 14
    private static let silenceDefault = day * 30

    /// Where an operator sets nothing.
    package static let standard = OutboxRetention(keep: keepDefault, groupSilence: silenceDefault)

    /// How long a service keeps its events: `IBP_EVENTS_KEEP` and `IBP_EVENTS_SILENCE`.
    package static func read(_ reader: inout SettingsReader) throws -> OutboxRetention {
        let keep = try reader.duration(
            "events.keep", default: keepDefault, in: keepDefault...day * 3650,
            "how long events are kept at least; those that a group has not read are kept longer")
        let silence = try reader.duration(
            "events.silence", default: silenceDefault, in: day...day * 3650,
            "after how long without a word a group of consumers, other than audit, no longer holds events back")
        return OutboxRetention(keep: keep, groupSilence: silence)
    }

    /// The log has to have everything.
    private init(keep: Duration, groupSilence: Duration) {
        self.init(
            keepMilliseconds: keep.components.seconds * 1000,
            groupSilenceMilliseconds: groupSilence.components.seconds * 1000, expectedGroups: [Peer.audit])
    }
}
