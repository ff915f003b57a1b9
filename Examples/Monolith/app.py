"""A monolith to migrate from: users and their tasks in one FastAPI application with a PostgreSQL database of its own.

It stands for what teams bring along, mistakes included: a taken e-mail is 400, lists have no pages, collections end in a
slash, and two addresses that differ in their letters' case are two users.

    DATABASE_URL    postgresql://..., with PGPASSWORD where the role has one
    SECRET_KEY      signs the access tokens (HS256), whose subject is the user's e-mail
    BRIDGE_KEY      signs those that the gateway makes for users who signed in there; none are taken without it

What moving asks of it is in three places, `changing`, `moved` and `claims_of`, and all do nothing before a migration is
prepared.
"""

import os
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import asyncpg
import jwt
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from passlib.context import CryptContext
from pydantic import BaseModel, Field

SECRET_KEY = os.environ["SECRET_KEY"]
BRIDGE_KEY = os.environ.get("BRIDGE_KEY", "")
BRIDGE_KEY_ID = "cryptodesk-bridge"
TOKEN_LIFETIME = timedelta(minutes=60)
TASK = "id, title, description, owner_id, created_at"

passwords = CryptContext(schemes=["bcrypt"], bcrypt__rounds=int(os.environ.get("BCRYPT_COST", "12")))
bearer = OAuth2PasswordBearer(tokenUrl="/token")


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.pool = await asyncpg.create_pool(
        os.environ["DATABASE_URL"], min_size=1, max_size=10, target_session_attrs="primary"
    )
    async with app.state.pool.acquire() as connection, connection.transaction():
        # Of several processes that start together one makes the tables.
        await connection.execute("SELECT pg_advisory_xact_lock(1)")
        await connection.execute((Path(__file__).parent / "schema.sql").read_text())
    yield
    await app.state.pool.close()


app = FastAPI(title="Tasks", lifespan=lifespan)


class NewUser(BaseModel):
    email: str = Field(min_length=3, max_length=254)
    full_name: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=8, max_length=72)


class User(BaseModel):
    id: int
    email: str
    full_name: str


class NewTask(BaseModel):
    title: str = Field(max_length=500)
    description: str | None = None


class Task(NewTask):
    id: int
    owner_id: int
    created_at: datetime


@asynccontextmanager
async def changing(request: Request):
    """A transaction for what a request changes; the database is told which epoch of ownership the request is of."""
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        epoch = request.headers.get("CryptoDesk-Write-Epoch")
        if epoch is not None and epoch.isdecimal():
            await connection.execute("SELECT set_config('cryptodesk.write_epoch', $1, true)", epoch)
        yield connection


@app.exception_handler(asyncpg.PostgresError)
async def moved(request: Request, error: asyncpg.PostgresError) -> Response:
    """Writes belong to the other store by now: whoever tries again is led there."""
    if error.sqlstate != "CD003":
        raise error
    return JSONResponse({"detail": "Writes have moved, try again"}, 503, {"Retry-After": "1"})


def claims_of(token: str) -> dict:
    """What a token says: one of our own, or one of the gateway's, which names its key and the user's number as well."""
    key, required = SECRET_KEY, ["exp", "sub"]
    if BRIDGE_KEY and jwt.get_unverified_header(token).get("kid") == BRIDGE_KEY_ID:
        key, required = BRIDGE_KEY, ["exp", "sub", "legacy_user_id"]
    return jwt.decode(token, key, algorithms=["HS256"], options={"require": required})


async def current_user(request: Request, token: str = Depends(bearer)) -> User:
    refused = HTTPException(401, "Could not validate credentials", {"WWW-Authenticate": "Bearer"})
    try:
        claims = claims_of(token)
    except jwt.InvalidTokenError:
        raise refused
    row = await request.app.state.pool.fetchrow(
        "SELECT id, email, full_name FROM users WHERE email = $1 AND id = coalesce($2, id)",
        claims["sub"],
        claims.get("legacy_user_id"),
    )
    if row is None:
        raise refused
    return User(**row)


@app.get("/health")
async def health(request: Request) -> dict[str, str]:
    await request.app.state.pool.fetchval("SELECT 1")
    return {"status": "ok"}


@app.post("/users/")
async def register(new: NewUser, request: Request) -> User:
    hashed = await run_in_threadpool(passwords.hash, new.password)
    try:
        async with changing(request) as connection:
            row = await connection.fetchrow(
                "INSERT INTO users (email, full_name, hashed_password) VALUES ($1, $2, $3)"
                " RETURNING id, email, full_name",
                new.email,
                new.full_name,
                hashed,
            )
    except asyncpg.UniqueViolationError:
        raise HTTPException(400, "Email already registered")
    return User(**row)


@app.post("/token")
async def login(request: Request, form: OAuth2PasswordRequestForm = Depends()) -> dict[str, str]:
    row = await request.app.state.pool.fetchrow(
        "SELECT email, hashed_password FROM users WHERE email = $1", form.username
    )
    if row is None or not await run_in_threadpool(passwords.verify, form.password, row["hashed_password"]):
        raise HTTPException(401, "Incorrect username or password", {"WWW-Authenticate": "Bearer"})
    claims = {"sub": row["email"], "exp": datetime.now(timezone.utc) + TOKEN_LIFETIME}
    return {"access_token": jwt.encode(claims, SECRET_KEY, algorithm="HS256"), "token_type": "bearer"}


@app.get("/users/me/")
async def me(user: User = Depends(current_user)) -> User:
    return user


@app.get("/tasks/")
async def list_tasks(request: Request, user: User = Depends(current_user)) -> list[Task]:
    rows = await request.app.state.pool.fetch(f"SELECT {TASK} FROM tasks WHERE owner_id = $1 ORDER BY id", user.id)
    return [Task(**row) for row in rows]


@app.post("/tasks/")
async def create_task(new: NewTask, request: Request, user: User = Depends(current_user)) -> Task:
    async with changing(request) as connection:
        row = await connection.fetchrow(
            f"INSERT INTO tasks (owner_id, title, description) VALUES ($1, $2, $3) RETURNING {TASK}",
            user.id,
            new.title,
            new.description,
        )
    return Task(**row)


def found(row: asyncpg.Record | None) -> Task:
    if row is None:
        raise HTTPException(404, "Task not found")
    return Task(**row)


@app.get("/tasks/{id}")
async def get_task(id: int, request: Request, user: User = Depends(current_user)) -> Task:
    query = f"SELECT {TASK} FROM tasks WHERE id = $1 AND owner_id = $2"
    return found(await request.app.state.pool.fetchrow(query, id, user.id))


@app.put("/tasks/{id}")
async def replace_task(id: int, new: NewTask, request: Request, user: User = Depends(current_user)) -> Task:
    async with changing(request) as connection:
        row = await connection.fetchrow(
            f"UPDATE tasks SET title = $3, description = $4 WHERE id = $1 AND owner_id = $2 RETURNING {TASK}",
            id,
            user.id,
            new.title,
            new.description,
        )
    return found(row)


@app.delete("/tasks/{id}", status_code=204)
async def delete_task(id: int, request: Request, user: User = Depends(current_user)) -> None:
    async with changing(request) as connection:
        found(
            await connection.fetchrow(
                f"DELETE FROM tasks WHERE id = $1 AND owner_id = $2 RETURNING {TASK}", id, user.id
            )
        )
