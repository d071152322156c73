"""Who am I to this site, what have I been told, and by what right may anything be done?"""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from models.access import View
from models.identity import SiteRole
from policies.access import ACCESS
from policies.relations import OfPost
from record import views
from showing.matters import notice_document
from web.api import authority
from web.api.limits import Speaker
from web.api.parts import Paged, WebNow, paged, router, shaped
from web.api.shapes import NoticeOut, Out, Page
from web.api.texts import PRINTABLE

routes = router("岗位 posts")


class MeOut(Out):
    """The caller: the person, the post he acts through, for whom, his roles on the site, the organs he may list."""

    person: str = Field(examples=["u7"])
    post: str | None = Field(examples=["区教育局承办岗"])
    principal: str | None
    roles: list[SiteRole]
    own: list[str] = Field(examples=[["区教育局"]])
    below: list[str]


@routes.get("/me", summary="调用者 Who makes the request")
def me(caller: Speaker, web: WebNow) -> MeOut:
    """登录的人、所用岗位、被代行人、站点角色、可列单位。 Person, post, principal, roles, and organs in scope."""
    scope = authority.scope_of(web, caller)
    return MeOut(
        person=caller.person,
        post=caller.post,
        principal=caller.principal,
        roles=sorted(caller.roles),
        own=sorted(scope.own),
        below=sorted(scope.below),
    )


class InboxOf(Paged):
    """Whose inbox."""

    post: str | None = Field(
        None, max_length=60, pattern=PRINTABLE, description="岗位,默认调用者的 the post; default: the caller's"
    )


@routes.get("/inbox", summary="收件箱 What a post has been told")
def inbox(asked: Annotated[InboxOf, Query()], caller: Speaker, web: WebNow) -> Page[NoticeOut]:
    """一个岗位收到的通知,新者在前。 The notices of a post, newest first."""
    post = asked.post or authority.post_of(caller)
    authority.site(web, caller, View.INBOX, OfPost(post))
    with web.store.reading() as session:
        return paged(
            lambda: views.inbox(session, post, after=asked.after, limit=asked.limit),
            lambda notice: shaped(NoticeOut, notice_document(notice)),
        )


class NeedOut(Out):
    """One row of the table of access: any of these relations, and none of those."""

    name: str = Field(examples=["matter.sign"])
    any_of: list[str]
    none_of: list[str]
    persons: int
    source: str
    note: str


class AccessOut(Out):
    """The whole table."""

    rows: list[NeedOut]


@routes.get("/access", summary="权限表 The table of access")
def access() -> AccessOut:
    """何种关系可以办理何事、查看何物。 Which relation may do what, and see what. For everybody."""
    return AccessOut(
        rows=[
            NeedOut(
                name=name,
                any_of=[one.value for one in need.any_of],
                none_of=[one.value for one in need.none_of],
                persons=need.persons,
                source=need.source,
                note=need.note,
            )
            for name, need in ACCESS.items()
        ]
    )
