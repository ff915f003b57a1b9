import Auth

/// What another encoder (segno 1.6) makes of the same bytes with each mask, and its points.
struct QRCodeVector: Sendable {
    let version: Int
    /// By mask.
    let points: [Int]
    /// By mask: how SHA-256 begins, of the rows as `0` and `1`, joined by line feeds.
    let digests: [String]

    /// As many bytes of it as the version holds are encoded.
    static let text = String(
        repeating:
            "otpauth://totp/CryptoDesk:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=CryptoDesk",
        count: 4)

    /// The first 14 bytes with the mask `columns`.
    static let picture = """
        #######..#.##.#######
        #.....#..##.#.#.....#
        #.###.#.#.#...#.###.#
        #.###.#.#####.#.###.#
        #.###.#.##..#.#.###.#
        #.....#.#.#.#.#.....#
        #######.#.#.#.#######
        ........##..#........
        #.#####.....#.#####..
        #.###....#.#..#.#####
        ..#.####...##.##..##.
        .####...#...#..#.####
        ###..###.####.####.##
        ........##.#.####.#.#
        #######..######...##.
        #.....#.#..#...#.##.#
        #.###.#.##.#..#....##
        #.###.#.#....##.#.#..
        #.###.#.#..####..##..
        #.....#..##.##...##..
        #######.#..####..#.#.
        """

    static let all = [
        QRCodeVector(
            version: 1, points: [1061, 1112, 1061, 1067, 1042, 1026, 1025, 1086],
            digests: [
                "8332c0f218dfcae0", "7e424e4ae61722f5", "f45a4d73c34279a2", "4ea1585f522971a5",
                "0624ac625ac863ec", "136a7c26f6b7e578", "508ed0ee535806f6", "725bc65de4c3d7c3",
            ]),
        QRCodeVector(
            version: 2, points: [1098, 1161, 1274, 1176, 1152, 1240, 1184, 1254],
            digests: [
                "5338f76417098749", "268a1a75174234c4", "e0e8a36229861a08", "4afbc331e3531027",
                "b8d55136c63f358e", "8b74e1663c8197e5", "a02ace6ad14c3535", "853679e356b7c9a6",
            ]),
        QRCodeVector(
            version: 3, points: [1397, 1355, 1313, 1537, 1345, 1464, 1333, 1366],
            digests: [
                "fa54e788d75abc10", "1fae4f8bde7500a6", "7bb478ce902f3ac1", "8ac1dc35f0e7d8a2",
                "f1a3bf12eb352c53", "940964e36d507f49", "122153b06687d1f9", "869f83326941e29d",
            ]),
        QRCodeVector(
            version: 4, points: [1674, 1542, 1603, 1451, 1607, 1511, 1619, 1610],
            digests: [
                "1b9ccbcb21428aff", "8d6151b0ab1d2b45", "eb81bdf08067c97b", "b5cedd72e0da9b3e",
                "dcdb3d7f6d03872b", "312a7b0b50039845", "c65c35b8e34ae45a", "85b5b4111101f4c5",
            ]),
        QRCodeVector(
            version: 5, points: [1808, 1672, 1777, 1602, 1602, 1803, 1694, 1603],
            digests: [
                "df84ff1ea477acb5", "05b58166b7ae56cc", "697d14a2b6834a57", "fb5b2eafb37e34b0",
                "4be67ab45316ce20", "d59bb36505acf347", "60cb33e17fdff771", "fbd8d9461fa11a63",
            ]),
        QRCodeVector(
            version: 6, points: [1931, 1800, 2102, 1734, 1862, 1866, 2009, 1908],
            digests: [
                "b22f36ef622aa1ee", "1cde48580f08ab0e", "98451ff2f9273613", "028579ad3173c185",
                "f964615f19b4046c", "d01fa1b103ce9980", "99fe175362231bc4", "76d82aa77861cae3",
            ]),
        QRCodeVector(
            version: 7, points: [2193, 2036, 2158, 2148, 2277, 2179, 2322, 2254],
            digests: [
                "86dce73ac6f187bb", "f45b41d477c62e6b", "718618351e8c77ad", "a9f5d1b0a43b5b6d",
                "246155e1c1f201ee", "1a160d4bd6f05e2b", "1f67e57e2cda9ce4", "0f89b7d9e7ed9121",
            ]),
        QRCodeVector(
            version: 8, points: [2401, 2501, 2450, 2290, 2510, 2611, 2601, 2494],
            digests: [
                "984903d9667da75d", "65821b4d1e8c0663", "7970cc0bc5103b5d", "b6cc3c8cbcac5f2d",
                "f930c467ae46edab", "acf24a61d2fb8daf", "5ce047425c4ef8f9", "ebda1b68730aec40",
            ]),
        QRCodeVector(
            version: 9, points: [2717, 2728, 2880, 2822, 2642, 2711, 2835, 2660],
            digests: [
                "bdcfd5ba9fb81b1e", "de767c6463073494", "9dd2ce44b2bb6d5e", "c17b3c084a24e809",
                "80805919301ae391", "22f03b3a9bebb35a", "994f937573a6485d", "e764e6b479444c7b",
            ]),
        QRCodeVector(
            version: 10, points: [3437, 3074, 3079, 2831, 2925, 2914, 2859, 3083],
            digests: [
                "ada7e97ec8e3b45a", "a1713bc728d0fb61", "6b31d26c248f70d9", "e70dd03a01ee137c",
                "eff96e01fadc5b53", "380d85087f971db2", "4f274945e68ec53b", "f932abf943f47866",
            ]),
    ]
}
