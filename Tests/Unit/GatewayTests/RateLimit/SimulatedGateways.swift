import Gateway

/// Gateways that share one limit over one Redis, on a virtual clock: real buckets, the real algorithm, faults on order.
struct SimulatedGateways {
    /// A limiter that is broken on purpose, to see that the checks find it out.
    enum Mutation {
        case none
        /// Redis grants against the whole burst, as if nobody held tokens.
        case grantsWholeBurst
        /// Each gateway has the whole limit while Redis is away, instead of its share.
        case localIsWhole
    }

    struct Gateway {
        var bucket: LeaseBucket
        /// The answer of Redis that is on its way.
        var coming: (at: Int, grant: LeaseGrant, wish: LeaseWish)?
        /// Costs of the requests that wait for it.
        var waiting: [Int] = []
        /// What another limit may yet refuse, so that it is given back.
        var pending: [(at: Int, cost: Int)] = []
        var localArrival: Int?
    }

    let limit: RateLimit
    let terms: LeaseTerms
    private let mutation: Mutation
    private(set) var gateways: [Gateway]
    private var arrival: Int?
    private var awaySince: Int?
    private(set) var questions = 0
    private(set) var admissions: [(at: Int, cost: Int)] = []
    /// The times in which Redis was away.
    private(set) var outages: [Range<Int>] = []

    init(_ limit: RateLimit, gateways count: Int, percent: Int, mutation: Mutation = .none, now: Int) {
        self.limit = limit
        self.mutation = mutation
        terms = LeaseTerms(limit, gateways: count, percent: percent)
        let terms = terms
        gateways = (0..<count).map { _ in Gateway(bucket: LeaseBucket(terms, now: now)) }
    }

    var isRedisAway: Bool { awaySince != nil }

    // MARK: Faults

    /// The gateway ends with all that it held, and starts anew.
    mutating func kill(_ index: Int, now: Int) { gateways[index] = Gateway(bucket: LeaseBucket(terms, now: now)) }

    mutating func pauseRedis(now: Int) { awaySince = awaySince ?? now }

    mutating func resumeRedis(now: Int) {
        guard let since = awaySince else { return }
        outages.append(since..<now)
        awaySince = nil
    }

    // MARK: Requests

    /// - Parameters:
    ///   - delay: microseconds after which an answer of Redis comes.
    ///   - refusedAfter: another limit refuses the request after so long, if it refuses it.
    mutating func request(_ cost: Int, at index: Int, now: Int, delay: Int, refusedAfter: Int? = nil) {
        settle(index, now: now, delay: delay)
        guard terms.covers(cost) else { return askRedis(cost, index, now: now) }
        let answer = gateways[index].bucket.take(cost, now: now)
        switch answer {
        case .admitted:
            if let refusedAfter {
                gateways[index].bucket.reserve(cost)
                gateways[index].pending.append((now + refusedAfter, cost))
            } else {
                admissions.append((now, cost))
            }
        case .denied: break
        case .mustAsk where isRedisAway: askLocally(cost, index, now: now)
        case .mustAsk: break
        }
        refill(index, for: answer == .mustAsk ? cost : 0, now: now, delay: delay)
        guard answer == .mustAsk, !isRedisAway else { return }
        if gateways[index].bucket.isRefilling {
            gateways[index].waiting.append(cost)
        } else {
            askRedis(cost, index, now: now)
        }
    }

    /// What has come by now: answers of Redis, and the other limit's refusals.
    private mutating func settle(_ index: Int, now: Int, delay: Int) {
        for pending in gateways[index].pending where pending.at <= now {
            gateways[index].bucket.settle(pending.cost, isSpent: false, terms)
        }
        gateways[index].pending.removeAll { $0.at <= now }
        guard let coming = gateways[index].coming, coming.at <= now else { return }
        gateways[index].coming = nil
        gateways[index].bucket.endRefill(coming.grant, for: coming.wish, now: now)
        let waiting = gateways[index].waiting
        gateways[index].waiting = []
        for cost in waiting where gateways[index].bucket.take(cost, now: now) == .admitted {
            admissions.append((now, cost))
        }
    }

    private mutating func refill(_ index: Int, for cost: Int, now: Int, delay: Int) {
        guard !isRedisAway, let wish = gateways[index].bucket.beginRefill(terms, for: cost, now: now) else { return }
        questions += 1
        let burst = mutation == .grantsWholeBurst ? limit.burst : terms.sharedBurst
        let grant = GenericCellRate.grant(limit, burst: burst, wish: wish, arrivalTime: &arrival, now: now)
        gateways[index].coming = (now + delay, grant, wish)
    }

    /// A request that costs more than a gateway may hold.
    private mutating func askRedis(_ cost: Int, _ index: Int, now: Int) {
        if isRedisAway { return askLocally(cost, index, now: now) }
        questions += 1
        let wish = LeaseWish(tokens: cost, least: cost)
        let grant = GenericCellRate.grant(
            limit, burst: terms.sharedBurst, wish: wish, arrivalTime: &arrival, now: now)
        if grant.tokens == cost { admissions.append((now, cost)) }
    }

    private mutating func askLocally(_ cost: Int, _ index: Int, now: Int) {
        let share = mutation == .localIsWhole ? limit : limit.share(among: gateways.count, atLeast: cost)
        let answer = GenericCellRate.ask(share, arrivalTime: gateways[index].localArrival, now: now, cost: cost)
        guard answer.isAdmitted else { return }
        gateways[index].localArrival = answer.arrivalTime
        admissions.append((now, cost))
    }
}
