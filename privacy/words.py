"""What does almost every payload say, so that a short one need not say it again?

A preset dictionary for deflate (RFC 1951): what payloads have in common, the commonest last. It is part of the format
of everything sealed with it: never edit it, add another one under another number (privacy/sealing.py).
"""

WORDS = (
    '"organ":"人民政府办公室","registration":{"message_id":"","by":"督查室承办岗","title":"关于落实的通知","lead":"区局",'
    '"office":"区政府督查室","leader":"区长","co":["limit":"15wd","basis":"领导批示","urgency":"急件","requirement":"'
    '"assigned_at":"{"matter_id":"case1","drill_at":"standing":{"registration":null,"story":["'
    '"subject":"主要负责人","severity":"ordinary","measure":"P1","facts":"receipt":"statement":"answer":"choice":"proposed"'
    '"do":"verify","passed":true,"method":"document","evidence":"材料齐全"'
    '"do":"request_extension","limit":"5wd","reason":"do":"decide_extension","granted":true'
    '"do":"suspend","until":"do":"resume","do":"submit","text":"已办结，请予核验"'
    '{"message_id":"","by":"区承办岗","voice":{"person":"u","principal":""},"do":"sign"}"do":"report_progress","text":"已完成"'
    "立项登记交办从台账导入(已交办)批准签收到期提醒签收到期报告进展申请延期审批延期中止计时恢复计时中止到期未恢复,报批准领导核验销号归档"
    "核验到期办结时限到期督办到期整改到期报批准领导变灯 黄灯变灯 红灯超期发出督办单责令限期整改建议启动问责"
    '{"accepted":false,"acts":["refused"],"reason":"","rule":""}'
    '"acts":["registered","assigned"],"acts":["verified","closed"],"acts":["progress_reported"],'
    '{"seq":1,"head":"0123456789abcdef","stage":"awaiting_approval","stage":"returned","stage":"rectifying",'
    '"stage":"supervised","light":"red","level":1,"stage":"closed","light":"yellow","ended":true,'
    '"stage":"submitted","stage":"running","light":"green","due_at":"2026-12-31T18:00:00+08:00",'
    '"next_at":"2026-12-31T08:30:00+08:00","next_for":"到期提醒","lines":["2026-11-26 09:00 签收 区督查室承办岗 限 '
    '2026-12-31 18:00"],'
    '"outcome":{"accepted":true,"acts":["signed","submitted"],"due":"2026-12-31T18:00:00+08:00"}}'
    '{"matter_id":"2026-","at":"2026-11-26T01:00:00Z","message":{"message_id":"","known_seq":1,"attended":true,"drill":false}'
    '{"seq":1,"attempt":1,"activity_id":"1","activity_type":"record_transition","complete_time":{"seconds":1795680965,'
    '"nanos":0},"backoff":null,"original_schedule_time":{"seconds":1795680965,"nanos":0},"activation_index":1}'
    "\n\x16\n\x08encoding\x12\njson/plain\x12"
).encode()
"""Number 2 of the formats."""
