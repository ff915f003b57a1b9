/// How long what takes, so that nothing is accepted later than a second after the promise.
package struct RevocationTiming: Sendable {
    /// The oldest proof that lets a token pass; less than ``promise``.
    package var window = Duration.milliseconds(900)
    /// An Auth instance that cannot tell Redis waits this long after its COMMIT before it answers. By then every process
    /// has asked Auth, or has a proof that is too old.
    package var promise = Duration.seconds(1)
    /// Between two questions to Redis, while requests come.
    package var redisInterval = Duration.milliseconds(50)
    /// Between two questions to Redis, while none comes: so often that the proof stays younger than ``window``.
    package var idleInterval = Duration.milliseconds(250)
    /// So long after the last request Redis is asked seldom.
    package var attention = Duration.seconds(2)
    /// From the moment Redis has a revocation until its client is told: every process that is well has asked by then, or asks
    /// before it lets anybody in.
    package var spreading = Duration.milliseconds(75)
    /// How long Redis may take to answer one.
    package var redisDeadline = Duration.milliseconds(100)
    /// From a proof of this age on Auth is asked as well.
    package var patience = Duration.milliseconds(400)
    /// The same while no request comes.
    package var idlePatience = Duration.milliseconds(700)
    /// Between two questions to Auth.
    package var authInterval = Duration.milliseconds(150)
    /// How long an Auth instance may take to answer one.
    package var authDeadline = Duration.milliseconds(300)
    /// How long a request waits for a proof before it is answered 503.
    package var settling = Duration.milliseconds(500)
    /// Between two beats of an Auth instance.
    package var beat = Duration.milliseconds(100)

    package init() {}
}
