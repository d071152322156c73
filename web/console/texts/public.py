"""What the pages for the public say."""

TEXTS = {
    "public.title": ("公众服务", "For the public"),
    "public.nav": ("公众导航", "Navigation for the public"),
    "public.nav.start": ("首页", "Start"),
    "public.nav.petition": ("提出诉求", "Hand in a petition"),
    "public.nav.status": ("查询诉求", "Follow a petition"),
    "public.nav.notices": ("公开信息", "What is public"),
    "public.nav.officials": ("工作人员登录", "Officials sign in"),
    "public.start.intro": (
        ("无须登录。您可以在这里提出诉求、凭编号和受理凭证码查询办理进度和答复,查看已公开的公示、结果和事"
        "项进度。"),
        ("No sign-in is needed. Hand in a petition, follow it by its number and receipt code, and read "
        "the notices, results and progress that are public."),
    ),
    "public.start.petition": (
        "写明诉求,可以匿名。提交后得到编号和受理凭证码。",
        "Say what you ask for; anonymously if you wish. You get a number and a receipt code.",
    ),
    "public.start.status": (
        "查看办到哪一步、还有多少个工作日、答复和结果;补充意见,评价答复。",
        ("See where it stands, how many working days are left, answers and results; add words, judge the "
        "answer."),
    ),
    "public.start.notices": (
        "公示、公布的结果,以及标明公开的督办事项办到哪里。",
        "Public notices, published results, and where public matters stand.",
    ),
    "public.shut": (
        ("{office}目前不在网上受理诉求,也不在网上查询诉求。请当面、来信或拨打受理热线向{office}提出;已提出"
        "的,凭编号和受理凭证码向{office}查询。"),
        ("{office} takes no petitions in online and answers no questions about them here. Please go "
        "there, write or call its hotline; about one already handed in, ask there with its number and "
        "receipt code."),
    ),
    "public.petition.title": ("提出诉求", "Hand in a petition"),
    "public.petition.intro": (
        "请写明事情、时间、地点和您的要求。带 * 的必填。不要写入国家秘密;身份信息只填在“联系方式”栏内。",
        ("Say what happened, when, where, and what you ask for. Fields with * are needed. Write no state "
        "secrets; say who you are only under “How to reach you”."),
    ),
    "public.petition.what": ("诉求", "What you ask for"),
    "public.petition.field.title": ("标题", "Title"),
    "public.petition.field.text": ("事情和要求", "What happened, and what you ask for"),
    "public.petition.field.subject": ("涉及的地点或单位", "Place or organ it is about"),
    "public.petition.who": ("联系方式", "How to reach you"),
    "public.petition.apart": (
        ("身份和联系方式与诉求分开、加密保存,承办单位看不到;受理单位只在回访等需要时、说明理由后查看,每次"
        "查看都有记录。也可以匿名:什么都不存,您仍可凭凭证码查询。"),
        ("Kept encrypted and apart from the petition; who handles it never sees it. The office looks only "
        "for a reason, and every look is on record. Or stay anonymous: nothing is kept, and you can "
        "still follow it by the code."),
    ),
    "public.petition.anonymous": ("匿名提出(下面的联系方式不保存)", "Anonymously (nothing below is kept)"),
    "public.petition.field.name": ("姓名", "Name"),
    "public.petition.field.phone": ("电话", "Telephone"),
    "public.petition.field.address": ("住址", "Address"),
    "public.petition.field.id_number": ("证件号码", "Identity number"),
    "public.petition.field.employer": ("工作单位", "Employer"),
    "public.petition.repeats": ("此前提过同一诉求", "You handed the same in before"),
    "public.petition.repeats.note": (
        "填写此前的编号和受理凭证码:在办的将与本件关联、一并办理,已办结的作为本件的来源。",
        ("Give its number and receipt code: one under way is linked to this one, one that has ended "
        "becomes its source."),
    ),
    "public.petition.field.earlier_number": ("此前的诉求编号", "Number of the earlier petition"),
    "public.petition.field.earlier_code": ("此前的受理凭证码", "Its receipt code"),
    "public.petition.send": ("提交诉求", "Hand it in"),
    "public.longest": ("至多 {longest} 字", "At most {longest} characters"),
    "public.needed": ("必填", "needed"),
    "public.answer.title": ("请改正后再提交", "Please correct this and send it again"),
    "public.answer.empty": ("请填写。", "Please fill this in."),
    "public.answer.long": ("太长了,请缩短。", "Too long; please shorten it."),
    "public.answer.characters": (
        "含有不能接受的字符,请改正。",
        "It has characters that cannot be taken; please correct it.",
    ),
    "public.answer.earlier": (
        "编号或凭证码不符:请核对,或留空后提交。",
        "No such number with this code: check both, or leave them empty.",
    ),
    "public.answer.secret": (
        "带有国家秘密标志的内容不能在这里提出,内容未作任何保存。",
        "What bears the marking of a state secret cannot be handed in here; nothing of it was kept.",
    ),
    "public.answer.sent": (
        "这张表已提交过另一内容。请核对后再提交一次。",
        "This form was sent with other words before. Check it and send it again.",
    ),
    "public.answer.rules": ("未予受理,已记录:", "Not admitted, on record:"),
    "public.answer.words": (
        "太长,或含有不能接受的字符,请改正。",
        "Too long, or with characters that cannot be taken; please correct it.",
    ),
    "public.answer.unknown": (
        "没有与此编号和凭证码相符的诉求。请核对后再试;多次不符的,须等待一段时间。",
        ("No petition has this number and this code. Check both and try again; after many wrong tries you "
        "have to wait."),
    ),
    "public.answer.done_words": ("已转告经办岗位,并已记录。", "Told to who handles it, and on record."),
    "public.answer.done_rating": (
        "评价已记录,并已转告经办岗位。工作人员仍会回访。",
        "Your judgement is on record and was told to who handles it. You will still be called back.",
    ),
    "public.receipt.title": ("诉求已提交", "Your petition was handed in"),
    "public.receipt.again": (
        "此件此前已提交过,没有重复登记。下面是新的凭证码,以前的凭证码已经作废。",
        ("It had been handed in before and was not opened twice. This is a new code; the one before opens "
        "nothing any more."),
    ),
    "public.receipt.keep": (
        "请现在打印本页,或抄下编号和受理凭证码。凭证码只显示这一次,遗失不补;任何人凭这两项都能查看本件。",
        ("Print this page now, or write number and code down. The code is shown this once and cannot be "
        "found again; whoever has both can read this petition."),
    ),
    "public.receipt.number": ("编号", "Number"),
    "public.receipt.code": ("受理凭证码", "Receipt code"),
    "public.receipt.at": ("提交时间", "Handed in"),
    "public.receipt.linked": (
        "已与您此前的诉求关联,一并办理。",
        "It was linked to your earlier petition and goes on with it.",
    ),
    "public.receipt.print": ("打印本页", "Print this page"),
    "public.receipt.follow": ("查询办理进度", "Follow it"),
    "public.follows.title": ("接下来的步骤", "What follows"),
    "public.follows.note": (
        "每一步都按最长时限推算,通常会更早。提前办结的,以后各步也相应提前。",
        "Each as late as it may be; usually sooner. What is done earlier brings what follows forward.",
    ),
    "public.follows.step": ("步骤", "Step"),
    "public.follows.by": ("最迟", "At the latest"),
    "public.follows.provisional": ("放假安排未公布,暂定", "provisional: days off not announced"),
    "public.follows.unknown": ("日期待定", "no day set yet"),
    "public.status.title": ("查询诉求", "Follow a petition"),
    "public.status.intro": (
        "填写编号和受理凭证码。字母大小写、空格和短横都可以。",
        "Type number and receipt code. Small letters, spaces and hyphens all work.",
    ),
    "public.status.send": ("查询", "Look it up"),
    "public.status.stage": ("现在", "Now"),
    "public.status.due": ("本步骤最迟", "This step at the latest"),
    "public.status.received": ("收到时间", "Received"),
    "public.status.ended": ("办结时间", "Ended"),
    "public.status.goes_on": ("与另一件一并办理", "It goes on with another one"),
    "public.status.step": ("步骤", "Step"),
    "public.stage.unknown": ("正在登记。", "It is being registered."),
    "public.stage.under_way": ("正在办理。", "It is being handled."),
    "public.stage.completed": ("已办结。", "It has been dealt with."),
    "public.stage.denied": (
        "未予受理或未予支持,理由见下。",
        "It was not admitted or not granted; the reason is below.",
    ),
    "public.stage.expired": ("逾期终止。", "It ended because its time ran out."),
    "public.stage.abandoned": ("已撤销,理由见下。", "It was withdrawn; the reason is below."),
    "public.stage.linked": ("已并入另一件办理。", "It goes on with another one."),
    "public.history.title": ("办理经过和答复", "What happened, and what was answered"),
    "public.history.organ": ("单位", "Organ"),
    "public.history.due": ("最迟", "At the latest"),
    "public.history.reason": ("理由", "Reason"),
    "public.history.refer_to": ("请向此处提出", "Please turn to"),
    "public.history.missing": ("须补正", "Still needed"),
    "public.history.own": ("您的话", "Your words"),
    "public.value.satisfied": ("满意", "satisfied"),
    "public.value.dissatisfied": ("不满意", "not satisfied"),
    "public.value.unreachable": ("未接通", "not reached"),
    "public.words.title": ("补充意见", "Add something"),
    "public.words.text": ("要补充的话", "What you have to add"),
    "public.words.send": ("提交补充", "Send it"),
    "public.words.over": (
        "此件已办结,不再接受补充。另有诉求请另行提出。",
        "It has ended and takes nothing more. Please hand in another one.",
    ),
    "public.rating.title": ("评价答复", "Judge the answer"),
    "public.rating.note": (
        "评价记录在案并转告经办岗位,不代替工作人员的回访。不满意的请写明原因。",
        ("It is put on record and told to who handles it; it is no call back. Say why, where you are not "
        "satisfied."),
    ),
    "public.rating.choice": ("对答复是否满意", "Are you satisfied with the answer?"),
    "public.rating.yes": ("满意", "Satisfied"),
    "public.rating.no": ("不满意", "Not satisfied"),
    "public.rating.text": ("原因或意见", "Why, or what you have to say"),
    "public.rating.send": ("提交评价", "Send your judgement"),
    "public.notices.title": ("公开信息", "What is public"),
    "public.notices.intro": ("只列已标明公开的内容。", "Only what is marked public."),
    "public.notices.kind": ("类别", "Which"),
    "public.notices.kind.notices": ("公示、结果和程序事项", "Notices, results and proceedings"),
    "public.notices.kind.matters": ("督办事项进度", "Matters under supervision"),
    "public.notices.text": ("按标题查找", "Search by title"),
    "public.notices.search": ("查找", "Search"),
    "public.notices.nothing": ("没有符合条件的公开内容。", "Nothing public fits."),
    "public.notices.wrong": ("查找条件读不懂,已列出全部。", "This search could not be read; everything is listed."),
    "public.notices.number": ("编号", "Number"),
    "public.notices.name": ("标题", "Title"),
    "public.notices.lead": ("承办单位", "Handled by"),
    "public.notices.stage": ("进度", "Where it stands"),
    "public.notices.due": ("到期", "Due"),
    "public.notices.first": ("第一页", "First page"),
    "public.notices.next": ("下一页", "Next page"),
    "public.notices.pages": ("翻页", "Pages"),
    "public.notice.back": ("返回公开信息", "Back to what is public"),
    "public.notice.published": ("公示和公布的内容", "What was posted and published"),
    "public.notice.none": ("尚未公示或公布内容。", "Nothing was posted or published yet."),
    "public.notice.medium": ("载体", "Where"),
    "public.notice.until": ("公示截至", "Open to objections until"),
    "public.refused.403": (
        "页面已过期,或请求来自其他网站,或浏览器未接受本站的 Cookie。请重新打开页面再试。",
        ("The page is out of date, the request came from another site, or your browser takes no cookie of "
        "ours. Open the page again."),
    ),
    "public.refused.404": (
        "没有此页,或内容未公开。请检查网址,或从首页开始。",
        "Not there, or not public. Check the address, or begin at the start page.",
    ),
    "public.refused.405": ("请从页面上的按钮办理。", "Use the button on the page."),
    "public.refused.413": ("内容过大,请缩短后再提交。", "Too large; please shorten it and send it again."),
    "public.refused.422": (
        "有内容读不懂,请从首页重新开始。",
        "Something could not be read; begin again at the start page.",
    ),
    "public.refused.429": ("操作过于频繁,或凭证码多次不符。", "Too many requests, or too many wrong codes."),
    "public.refused.503": (
        "服务暂不可用,未受理也未丢失。请返回原页,原样再提交一次:同一次提交只会登记一次。",
        "Unavailable now. Go back and send the same form again: it is taken in once only.",
    ),
    "public.refused.other": (
        "请返回后重试;仍不成功时,请把下列编号告诉受理单位。",
        "Go back and try again; if it fails again, tell the office the number below.",
    ),
    "public.refused.wait": ("请在 {minutes} 分钟后再试。", "Try again in {minutes} minutes."),
}  # fmt: skip
