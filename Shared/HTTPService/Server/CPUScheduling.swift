import CLinux
import Glibc
package import Settings

/// How the kernel is to schedule a process of ours when there is more work than cores.
///
/// A request passes through half a dozen processes. By the kernel's default each wake-up of one of them interrupts
/// another in the middle of its work, so that on a busy machine every request costs a switch at every step. A process
/// of the batch policy (sched(7)) waits for the running one to have nothing left to do; by then several requests have come
/// in, and are served by one switch. On an idle core it starts as soon as ever.
package enum CPUScheduling: String, CaseIterable, Sendable {
    case batch
    case normal

    package static let setting = Setting<String>(
        "cpu.scheduling", default: batch.rawValue,
        summary:
            "batch serves more requests on busy cores by fewer switches between processes; normal is the system's own.",
        isAllowed: { CPUScheduling(rawValue: $0) != nil })

    /// Puts the calling thread, and those that it starts, under the policy. Where the system refuses, things stay as they
    /// are.
    package func apply() {
        guard self == .batch else { return }
        var parameters = sched_param()
        sched_setscheduler(0, SCHED_BATCH, &parameters)
    }
}
