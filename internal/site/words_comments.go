package site

// CommentWords are the words of the comments, as Words are those of all else.
type CommentWords struct {
	CommentCount    Plural // {n}
	CommentsAll     Plural // {n}: where all of them stand
	CommentsRest    Plural // {n} more answers
	CommentsNone    string
	CommentsFurther string
	CommentsNew     Plural // {n} new ones to show
	CommentOrders   string
	OrderBest       string
	OrderNewest     string
	OrderOldest     string

	CommentStaff    string
	CommentAuthor   string
	CommentFeatured string
	CommentEdited   string
	CommentAnswerTo string // {name}
	CommentWhole    string
	CommentGap      string
	CommentLike     string
	CommentLikes    Plural // {n}
	CommentLiked    string
	CommentAnswer   string
	CommentReport   string

	CommentLabel  string
	CommentHint   string
	CommentPost   string
	CommentSlow   Plural // {n} minutes between two
	CommentAs     string // {name}
	CommentFailed string

	ShutByDate  string
	ShutByStory string
	ShutByTopic string
	ShutSite    string

	CommentWriteTitle  string
	CommentAnswerTitle string
	CommentShowTitle   string
	CommentEditTitle   string
	CommentDeleteTitle string
	CommentFlagTitle   string
	CommentThanksTitle string
	OwnPublished       string
	OwnHeld            string
	OwnHeldHelp        string
	OwnRejected        string
	OwnDeleted         string
	CommentSee         string
	CommentEdit        string
	CommentEditTill    string // {time}
	CommentSave        string
	CommentDelete      string
	CommentDeleteAsk   string
	CommentCancel      string
	CommentAccount     string
	BackToComments     string
	MyComments         string
	MyCommentsNone     string

	ReportAsk     string
	ReportSpam    string
	ReportAbuse   string
	ReportHate    string
	ReportFalse   string
	ReportPrivate string
	ReportOther   string
	ReportMore    string
	ReportSend    string
	ReportThanks  string
}

var englishComments = CommentWords{
	CommentCount:    Plural{One: "{n} comment", Other: "{n} comments"},
	CommentsAll:     Plural{One: "See {n} comment", Other: "See all {n} comments"},
	CommentsRest:    Plural{One: "Show {n} more answer", Other: "Show {n} more answers"},
	CommentsNone:    "Nobody has commented yet. You could be the first.",
	CommentsFurther: "Further answers",
	CommentsNew:     Plural{One: "Show {n} new comment", Other: "Show {n} new comments"},
	CommentOrders:   "Sort comments",
	OrderBest:       "Best",
	OrderNewest:     "Newest",
	OrderOldest:     "Oldest",

	CommentStaff:    "Newsroom",
	CommentAuthor:   "Author of this story",
	CommentFeatured: "Editors’ choice",
	CommentEdited:   "edited",
	CommentAnswerTo: "in reply to {name}",
	CommentWhole:    "Read the whole comment",
	CommentGap:      "This comment was deleted.",
	CommentLike:     "Like",
	CommentLikes:    Plural{One: "Like ({n})", Other: "Like ({n})"},
	CommentLiked:    "Liked",
	CommentAnswer:   "Reply",
	CommentReport:   "Report",

	CommentLabel:  "Write a comment",
	CommentHint:   "You can quote with > and stress with *asterisks*.",
	CommentPost:   "Post comment",
	CommentSlow:   Plural{One: "This discussion is busy: one comment a minute each.", Other: "This discussion is busy: one comment every {n} minutes each."},
	CommentAs:     "You are writing as {name}.",
	CommentFailed: "Your comment did not get through. It is still here: please try again.",

	ShutByDate:  "Comments on this story are closed because it is some days old.",
	ShutByStory: "The newsroom has closed comments on this story.",
	ShutByTopic: "We do not open comments on stories about this topic.",
	ShutSite:    "Comments are closed on this site for the moment.",

	CommentWriteTitle:  "Write a comment",
	CommentAnswerTitle: "Reply to a comment",
	CommentShowTitle:   "Your comment",
	CommentEditTitle:   "Change your comment",
	CommentDeleteTitle: "Delete your comment?",
	CommentFlagTitle:   "Report a comment",
	CommentThanksTitle: "Thank you",
	OwnPublished:       "Everybody can read it.",
	OwnHeld:            "It waits for a moderator.",
	OwnHeldHelp:        "Nobody else can read it until then. You need not send it again.",
	OwnRejected:        "A moderator decided not to show it.",
	OwnDeleted:         "It is deleted.",
	CommentSee:         "See it under the story",
	CommentEdit:        "Change it",
	CommentEditTill:    "You can change it until {time}.",
	CommentSave:        "Save",
	CommentDelete:      "Delete it",
	CommentDeleteAsk:   "Its words are gone for good. Answers to it stay.",
	CommentCancel:      "Back",
	CommentAccount:     "Your account",
	BackToComments:     "Back to the comments",
	MyComments:         "Your comments",
	MyCommentsNone:     "You have not written a comment yet. There is room for one under every story.",

	ReportAsk:     "What is wrong with it?",
	ReportSpam:    "It is an advertisement",
	ReportAbuse:   "It insults or threatens somebody",
	ReportHate:    "It is hateful against people for what they are",
	ReportFalse:   "It says something that is not true",
	ReportPrivate: "It tells something private about somebody",
	ReportOther:   "Something else",
	ReportMore:    "Anything that helps the moderators (you can leave this empty)",
	ReportSend:    "Send report",
	ReportThanks:  "The moderators will look at it. The writer is not told who reported it.",
}

var arabicComments = CommentWords{
	CommentCount:    Plural{Zero: "لا تعليقات ({n})", One: "تعليق واحد", Two: "تعليقان", Few: "{n} تعليقات", Many: "{n} تعليقا", Other: "{n} تعليق"},
	CommentsAll:     Plural{Zero: "كل التعليقات ({n})", One: "اقرأ التعليق", Two: "اقرأ التعليقين", Few: "اقرأ التعليقات كلها ({n})", Many: "اقرأ التعليقات كلها ({n})", Other: "اقرأ التعليقات كلها ({n})"},
	CommentsRest:    Plural{Zero: "ردود أخرى ({n})", One: "أظهر ردا آخر", Two: "أظهر ردين آخرين", Few: "أظهر {n} ردود أخرى", Many: "أظهر {n} ردا آخر", Other: "أظهر {n} رد آخر"},
	CommentsNone:    "لم يعلّق أحد بعد. يمكنك أن تكون الأول.",
	CommentsFurther: "ردود أخرى",
	CommentsNew:     Plural{Zero: "تعليقات جديدة ({n})", One: "أظهر تعليقا جديدا", Two: "أظهر تعليقين جديدين", Few: "أظهر {n} تعليقات جديدة", Many: "أظهر {n} تعليقا جديدا", Other: "أظهر {n} تعليق جديد"},
	CommentOrders:   "ترتيب التعليقات",
	OrderBest:       "الأفضل",
	OrderNewest:     "الأحدث",
	OrderOldest:     "الأقدم",

	CommentStaff:    "هيئة التحرير",
	CommentAuthor:   "كاتب الخبر",
	CommentFeatured: "اختيار المحررين",
	CommentEdited:   "معدّل",
	CommentAnswerTo: "ردا على {name}",
	CommentWhole:    "اقرأ التعليق كاملا",
	CommentGap:      "حُذف هذا التعليق.",
	CommentLike:     "أعجبني",
	CommentLikes:    Plural{Zero: "أعجبني ({n})", One: "أعجبني ({n})", Two: "أعجبني ({n})", Few: "أعجبني ({n})", Many: "أعجبني ({n})", Other: "أعجبني ({n})"},
	CommentLiked:    "سُجّل إعجابك",
	CommentAnswer:   "رد",
	CommentReport:   "إبلاغ",

	CommentLabel:  "اكتب تعليقا",
	CommentHint:   "للاقتباس ابدأ السطر بعلامة > وللتشديد ضع الكلمات بين *نجمتين*.",
	CommentPost:   "انشر التعليق",
	CommentSlow:   Plural{Zero: "النقاش مزدحم: انتظر بين تعليق وآخر ({n}).", One: "النقاش مزدحم: تعليق واحد لكل شخص في الدقيقة.", Two: "النقاش مزدحم: تعليق واحد لكل شخص كل دقيقتين.", Few: "النقاش مزدحم: تعليق واحد لكل شخص كل {n} دقائق.", Many: "النقاش مزدحم: تعليق واحد لكل شخص كل {n} دقيقة.", Other: "النقاش مزدحم: تعليق واحد لكل شخص كل {n} دقيقة."},
	CommentAs:     "تكتب باسم {name}.",
	CommentFailed: "لم يصل تعليقك. ما زال هنا: حاول مرة أخرى.",

	ShutByDate:  "أُغلقت التعليقات على هذا الخبر لأنه مضت عليه أيام.",
	ShutByStory: "أغلقت هيئة التحرير التعليقات على هذا الخبر.",
	ShutByTopic: "لا نفتح التعليقات على أخبار هذا الموضوع.",
	ShutSite:    "التعليقات مغلقة في هذا الموقع في الوقت الحالي.",

	CommentWriteTitle:  "اكتب تعليقا",
	CommentAnswerTitle: "رد على تعليق",
	CommentShowTitle:   "تعليقك",
	CommentEditTitle:   "عدّل تعليقك",
	CommentDeleteTitle: "هل تحذف تعليقك؟",
	CommentFlagTitle:   "أبلغ عن تعليق",
	CommentThanksTitle: "شكرا لك",
	OwnPublished:       "يستطيع الجميع قراءته.",
	OwnHeld:            "ينتظر أحد المشرفين.",
	OwnHeldHelp:        "لا يستطيع أحد غيرك قراءته حتى ذلك الحين. لا حاجة إلى إرساله مرة أخرى.",
	OwnRejected:        "قرر أحد المشرفين عدم عرضه.",
	OwnDeleted:         "حُذف.",
	CommentSee:         "انظره تحت الخبر",
	CommentEdit:        "عدّله",
	CommentEditTill:    "يمكنك تعديله حتى {time}.",
	CommentSave:        "احفظ",
	CommentDelete:      "احذفه",
	CommentDeleteAsk:   "تُحذف كلماته نهائيا. تبقى الردود عليه.",
	CommentCancel:      "عودة",
	CommentAccount:     "حسابك",
	BackToComments:     "عودة إلى التعليقات",
	MyComments:         "تعليقاتك",
	MyCommentsNone:     "لم تكتب تعليقا بعد. تحت كل خبر متسع لتعليقك.",

	ReportAsk:     "ما المشكلة فيه؟",
	ReportSpam:    "هو إعلان",
	ReportAbuse:   "يهين شخصا أو يهدده",
	ReportHate:    "يحرض على كراهية الناس لما هم عليه",
	ReportFalse:   "يقول ما ليس صحيحا",
	ReportPrivate: "يكشف أمرا خاصا عن شخص",
	ReportOther:   "شيء آخر",
	ReportMore:    "ما قد يساعد المشرفين (يمكنك ترك هذا فارغا)",
	ReportSend:    "أرسل البلاغ",
	ReportThanks:  "سينظر فيه المشرفون. لا يُقال للكاتب من أبلغ عنه.",
}
