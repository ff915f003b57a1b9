/// The demo account and its strategies: in a local cluster only, never in a deployment.
package enum DemoData {
    package static let email = "admin@test.com"
    package static let password = "password123"

    static let exists = "select exists (select from users where lower(email) = '\(email)')"

    /// SQL for the superuser, whom row-level security does not stop. May run any time; changes nothing that is there.
    static func sql(passwordHash: String) -> String {
        """
        begin;

        with changed as (
            insert into users (email, full_name, password_hash, role)
            values ('\(email)', 'Demo Admin', '\(passwordHash)', 'admin')
            on conflict (lower(email)) do nothing
            returning id
        )
        select raise_revision(id, null, null) from changed;

        with changed as (
            insert into trading_strategies
                (user_id, strategy_name, description, parameters, tags, status, created_at, updated_at)
            select users.id, demo.strategy_name, demo.description, demo.parameters, demo.tags, demo.status,
                now() - demo.age, now() - demo.age
            from users cross join (values
        \(strategies.map { "        " + $0.row }.joined(separator: ",\n"))
            ) as demo (strategy_name, description, parameters, tags, status, age)
            where lower(users.email) = '\(email)'
                and not exists (
                    select from trading_strategies existing
                    where existing.user_id = users.id and existing.strategy_name = demo.strategy_name)
            returning user_id
        )
        select raise_revision(user_id, null, null) from (select distinct user_id from changed) as owners;

        commit;

        """
    }

    private struct Strategy {
        let name: String
        let description: String
        let parameters: String
        let tags: [String]
        let status: String
        let age: String

        var row: String {
            let list = tags.map { "'\($0)'" }.joined(separator: ", ")
            return
                "('\(name)', '\(description)', '\(parameters)'::jsonb, array[\(list)]::text[], '\(status)', interval '\(age)')"
        }
    }

    private static let strategies = [
        Strategy(
            name: "BTC moving-average crossover",
            description: "Long when the 20-day average crosses above the 50-day one, flat when it falls below.",
            parameters: #"{"symbol": "BTC-USD", "timeframe": "1d", "fast": 20, "slow": 50, "risk_per_trade": 0.01}"#,
            tags: ["btc", "trend"], status: "active", age: "40 days"),
        Strategy(
            name: "ETH mean reversion",
            description: "Buys two standard deviations below the 20-hour mean, and sells at the mean.",
            parameters:
                #"{"symbol": "ETH-USD", "timeframe": "1h", "window": 20, "entry_z": -2.0, "exit_z": 0.0, "stop_loss": 0.03}"#,
            tags: ["eth", "mean-reversion"], status: "active", age: "31 days"),
        Strategy(
            name: "Perpetual funding carry",
            description: "Long spot and short perpetual while the eight-hour funding rate pays for both fees.",
            parameters:
                #"{"symbols": ["BTC", "ETH", "SOL"], "minimum_funding": 0.0003, "leverage": 1, "rebalance_hours": 8}"#,
            tags: ["market-neutral", "funding"], status: "paused", age: "18 days"),
        Strategy(
            name: "SOL breakout",
            description: "Follows a close above the highest high of 55 days, sized by average true range.",
            parameters:
                #"{"symbol": "SOL-USD", "timeframe": "1d", "entry_days": 55, "exit_days": 20, "atr_days": 14, "units": 4}"#,
            tags: ["sol", "trend", "breakout"], status: "draft", age: "6 days"),
        Strategy(
            name: "BTC and ETH weekly rebalancing",
            description: "Sixty to forty, set right every Monday at 08:00 UTC when it has drifted by five points.",
            parameters: #"{"weights": {"BTC": 0.6, "ETH": 0.4}, "schedule": "0 8 * * 1", "drift_points": 5}"#,
            tags: ["portfolio", "long-only"], status: "active", age: "2 days"),
    ]
}
