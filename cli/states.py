"""What has become of a notice, in Chinese words."""

from record.outbox import NoticeState

STATES: dict[NoticeState, str] = {
    NoticeState.QUEUED: "待送",
    NoticeState.SENDING: "发送中",
    NoticeState.DELIVERED: "已送达",
    NoticeState.UNCONFIRMED: "未确认",
    NoticeState.FAILED: "此渠道失败",
    NoticeState.UNDELIVERED: "未送达",
    NoticeState.UNNEEDED: "无须",
}
