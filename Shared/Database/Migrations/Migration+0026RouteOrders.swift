extension Migration {
    static let routeOrders = Migration(
        26, "route_orders",
        sql: """
            INSERT INTO role_permissions VALUES ('admin', 'routes:move');
            """)
}
