"""The words of authority: in which relations a post can stand, what can be looked at, what can be done to the site.

Shapes only. Which relation holds is for policies/relations.py, what each command and view needs for policies/access.py.
"""

from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    """In which relation somebody stands to what he speaks to or looks at; several can hold at once."""

    # anybody
    ANYONE = "anyone"
    PUBLIC = "public"
    POST = "post"
    SELF = "self"
    # the site
    MACHINE = "machine"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    AUTHORISED_AUDITOR = "authorised_auditor"
    OFFICE_HEAD = "office_head"
    # parties of a matter, some of a case too
    OFFICE = "office"
    LEADER = "leader"
    LEAD = "lead"
    LEAD_HEAD = "lead_head"
    HANDLING = "handling"
    CO_HANDLER = "co_handler"
    RESPONSIBLE = "responsible"
    SUPERVISOR = "supervisor"
    ABOVE_LEAD = "above_lead"
    ABOVE_CO_HANDLER = "above_co_handler"
    ABOVE_OFFICE = "above_office"
    REVIEWER = "reviewer"
    # of a matter at a certain moment
    EXTENSION_DECIDER = "extension_decider"
    LEAD_UNCONTESTED = "lead_uncontested"
    SUPERVISOR_CONTESTED = "supervisor_contested"
    NEW_LEAD = "new_lead"
    OBJECTION_JUDGE = "objection_judge"
    OBJECTION_OWN = "objection_own"
    CONCLUDED = "concluded"
    # of a case
    SPEAKER = "speaker"
    ABOVE_SUBJECT = "above_subject"
    PANEL = "panel"
    CHAIR = "chair"
    PROPOSING_OFFICE = "proposing_office"
    NAMED_INVESTIGATOR = "named_investigator"
    VOTING_MEMBER = "voting_member"
    STANDS_DOWN = "stands_down"
    DECIDES_RECUSAL = "decides_recusal"
    WITHDRAWS_PROPOSAL = "withdraws_proposal"
    COMPETENT = "competent"
    ABOVE_DECISION = "above_decision"
    # of a proceeding, a petition or a duty
    STEP_HOLDER = "step_holder"
    ABOVE_STEP = "above_step"
    HANDED = "handed"
    RECEIVER = "receiver"
    STEP_EXTENDER = "step_extender"
    OPENING_OFFICE = "opening_office"
    PETITIONER = "petitioner"
    # who may take a step of a case now: its ordinary holders not barred, and those its silence has climbed to
    FILING = "filing"
    INVESTIGATION = "investigation"
    ANSWER = "answer"
    DECISION = "decision"
    SERVICE = "service"
    EXECUTION = "execution"
    RECORD = "record"
    REVIEW = "review"
    # what bars (W3)
    SUBJECT = "subject"
    OWN_ORGAN = "own_organ"
    PROPOSER = "proposer"
    RECUSED = "recused"
    INVESTIGATED = "investigated"
    ANSWERED = "answered"
    TOOK_PART = "took_part"


class SiteCommand(StrEnum):
    """What can be done that is said to no matter and no case; the value is its name in the table."""

    LAUNCH = "site.launch"
    OPEN = "site.open"
    HAND_IN = "site.hand_in"
    IMPORT_LEDGER = "site.import_ledger"
    LOAD_CALENDAR = "site.load_calendar"
    DRAFT_POLICY = "site.draft_policy"
    PUBLISH_POLICY = "site.publish_policy"
    MANAGE_TEMPLATES = "site.manage_templates"
    MANAGE_ACCOUNTS = "site.manage_accounts"
    MANAGE_DIRECTORY = "site.manage_directory"
    MANAGE_WEBHOOKS = "site.manage_webhooks"
    DELEGATE = "site.delegate"
    AUTHORISE_AUDITOR = "site.authorise_auditor"
    ROTATE_KEYS = "site.rotate_keys"
    ERASE = "site.erase"
    HOLD = "site.hold"
    RELEASE_HOLD = "site.release_hold"
    REQUEST_DESTRUCTION = "site.request_destruction"
    DESTROY = "site.destroy"
    SIGN_HEADS = "site.sign_heads"
    BACK_UP = "site.back_up"
    RESTORE = "site.restore"
    RECOVER = "site.recover"
    UPGRADE = "site.upgrade"
    TERMINATE = "site.terminate"


class View(StrEnum):
    """What can be looked at; the value is its name in the table."""

    # of one matter
    PUBLIC_STATUS = "view.public_status"
    LINE = "view.line"
    PART = "view.part"
    MATTER = "view.matter"
    TIMELINE = "view.timeline"
    WHY = "view.why"
    DOCUMENTS = "view.documents"
    DELIVERIES = "view.deliveries"
    EVIDENCE = "view.evidence"
    PROTECTED_IDENTITY = "view.protected_identity"
    # of one proceeding, petition or duty
    PROCEEDING = "view.proceeding"
    PROCEEDING_LINE = "view.proceeding_line"
    PUBLICATION = "view.publication"
    # of one case
    CASE = "view.case"
    CASE_TIMELINE = "view.case_timeline"
    CASE_MATERIALS = "view.case_materials"
    CASE_VOTES = "view.case_votes"
    # of one petition
    RECEIPT = "view.receipt"
    # of a post
    INBOX = "view.inbox"
    # of the site
    LIST = "view.list"
    OVERVIEW = "view.overview"
    BULLETINS = "view.bulletins"
    EXPORT = "view.export"
    EVENTS = "view.events"
    PREVIEW = "view.preview"
    REHEARSAL = "view.rehearsal"
    CALENDAR = "view.calendar"
    POLICIES = "view.policies"
    DIRECTORY = "view.directory"
    TEMPLATES = "view.templates"
    PUBLISHED = "view.published"
    HEALTH = "view.health"
    ACCESS = "view.access"
    ACCOUNTS = "view.accounts"
    KEYS = "view.keys"
    WEBHOOKS = "view.webhooks"
    LOOKS = "view.looks"
    VERIFICATION = "view.verification"
    INCIDENTS = "view.incidents"
    ARCHIVE = "view.archive"
    BACKUPS = "view.backups"
    METRICS = "view.metrics"
    SETTINGS = "view.settings"
    HISTORIES = "view.histories"


class ScopeKind(StrEnum):
    """How a reader's scope came about."""

    EVERYTHING = "everything"
    AUDIT = "audit"
    POST = "post"
    PUBLISHED = "published"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose matters and cases a reader may list: asked of the database, which answers with nothing else.

    EVERYTHING is the machine itself; AUDIT sees every matter and the lines of every case, its materials only where
    `materials`; POST sees what follows from `post`: the organs it serves (`own`), those at any depth below them
    (`below`), and the posts of both (`posts`). PUBLISHED sees what is marked public, as lines of the published list
    alone. Nothing is a default.
    """

    kind: ScopeKind
    post: str | None = None
    own: frozenset[str] = frozenset()
    below: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()
    materials: bool = False

    @property
    def organs(self) -> frozenset[str]:
        """Own and below."""
        return self.own | self.below

    @classmethod
    def everything(cls) -> "Scope":
        """The command line at the machine itself, where nobody signed in."""
        return cls(ScopeKind.EVERYTHING, materials=True)

    @classmethod
    def audit(cls, *, materials: bool = False) -> "Scope":
        """An auditor; `materials`: authorised to read the materials of cases."""
        return cls(ScopeKind.AUDIT, materials=materials)

    @classmethod
    def published(cls) -> "Scope":
        """The public."""
        return cls(ScopeKind.PUBLISHED)

    @classmethod
    def nothing(cls) -> "Scope":
        """Who is signed in and holds no post: an administrator sees no content of matters."""
        return cls(ScopeKind.NOTHING)
