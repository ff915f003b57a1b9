extension Migration {
    static let routeOrders = Migration(
        29, "route_orders",
        sql: """
            INSERT INTO role_permissions VALUES ('admin', 'routes:move');
            """)
}
