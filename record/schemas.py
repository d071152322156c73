"""Where does a record go that must not touch the office's own, on the same PostgreSQL?

Into a schema of its own in the same database, made anew each time: the demonstration needs no second database and can
neither read nor change what the office keeps.
"""

from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateSchema, DropSchema

from record.store import RecordUnavailableError


def emptied_schema(url: str, name: str) -> str:
    """The URL of schema `name` in the PostgreSQL database at `url`, empty: what it held is gone.

    Raises RecordUnavailableError, and sqlalchemy's ProgrammingError for an account that may not create a schema.
    """
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(DropSchema(name, cascade=True, if_exists=True))
            connection.execute(CreateSchema(name))
    except OperationalError as error:
        raise RecordUnavailableError(error) from error
    finally:
        engine.dispose()
    inside = make_url(url).update_query_dict({"options": f"-c search_path={name}"})
    return inside.render_as_string(hide_password=False)
