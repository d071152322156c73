"""What is said on explanations, in Chinese and English."""

TEXTS = {
    "why.title": ("为什么", "Why"),
    "why.back_to.matter": ("返回事项", "Back to the matter"),
    "why.happened": ("发生了什么", "What happened"),
    "why.rule": ("依据", "Rule"),
    "why.versions": ("程序版本 {policy},日历版本 {calendar}", "policy {policy}, calendar {calendar}"),
    "why.source": ("来源", "Source"),
    "why.number": ("参数", "Parameter"),
    "why.value": ("取值", "Value"),
    "why.facts": ("事实", "Facts"),
    "why.entry": ("记录第 {seq} 条", "entry {seq}"),
    "why.days": ("逐日计算", "Day by day"),
    "why.day": ("日期", "Day"),
    "why.counted": ("计", "Counted"),
    "why.reason": ("说明", "Why"),
    "why.told": ("告知", "Told"),
    "why.could": ("谁本可阻止", "Who could have stopped it"),
    "why.instead": ("可以怎样", "What would be accepted"),
    "why.follows": ("接下来", "What follows"),
    "why.can": ("谁可以阻止", "Who can stop it"),
    "why.since": ("此后", "Since then"),
}  # fmt: skip
