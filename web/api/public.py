"""What may everybody see, without signing in? Only what is marked public, and of that only where it stands."""

from dataclasses import asdict
from typing import Annotated

from fastapi import Query

from record import views
from web.api import authority
from web.api.parts import MatterId, Paged, WebNow, paged, router
from web.api.shapes import Page, PublicOut

routes = router("公开 public")


@routes.get("/public/matters", summary="公开的事项 What is public")
def published(asked: Annotated[Paged, Query()], web: WebNow) -> Page[PublicOut]:
    """已标明公开的事项,无须登录。 The matters marked public; no sign-in is needed."""
    with web.store.reading() as session:
        return paged(
            lambda: views.published(session, now=web.clock(), after=asked.after, limit=asked.limit),
            lambda line: PublicOut(**asdict(line)),
        )


@routes.get("/public/matters/{matter_id}", summary="公开事项的现状 Where a public matter stands")
def published_one(matter_id: MatterId, web: WebNow) -> PublicOut:
    """编号、名称、牵头、环节、灯、到期日。 Number, title, lead, stage, light and due date."""
    with web.store.reading() as session:
        line = views.public_status(session, matter_id)
    if line is None:
        raise authority.not_found()
    return PublicOut(**asdict(line))
