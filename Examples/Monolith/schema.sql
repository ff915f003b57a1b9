-- The monolith's tables, as such applications grow them: nothing of CryptoDesk's is in here.
CREATE TABLE IF NOT EXISTS users (
    id              serial PRIMARY KEY,
    -- Ann@example.com and ann@example.com are two people here.
    email           varchar(254) NOT NULL UNIQUE,
    full_name       varchar(200) NOT NULL,
    hashed_password varchar(128) NOT NULL,
    created_at      timestamptz  NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS tasks (
    id          serial PRIMARY KEY,
    owner_id    integer      NOT NULL REFERENCES users ON DELETE CASCADE,
    title       varchar(500) NOT NULL,
    description text,
    created_at  timestamptz  NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS tasks_owner ON tasks (owner_id, id);
