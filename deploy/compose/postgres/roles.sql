-- The roles and the database, as `desk up` sets them up. The image runs this once, when it has made its data folder.

\set owner_password `cat /run/secrets/cryptodesk_owner.password`
\set auth_password `cat /run/secrets/cryptodesk_auth.password`
\set strategies_password `cat /run/secrets/cryptodesk_strategies.password`
\set replication_password `cat /run/secrets/cryptodesk_replication.password`

create role cryptodesk_owner login nosuperuser nocreatedb nocreaterole nobypassrls password :'owner_password';
create role cryptodesk_auth login nosuperuser nocreatedb nocreaterole nobypassrls password :'auth_password';
create role cryptodesk_strategies login nosuperuser nocreatedb nocreaterole nobypassrls password :'strategies_password';
create role cryptodesk_replication login nosuperuser nocreatedb nocreaterole nobypassrls replication
    password :'replication_password';

create database cryptodesk owner cryptodesk_owner;
revoke all on database cryptodesk from public;
grant connect on database cryptodesk to cryptodesk_auth, cryptodesk_strategies;
