package site

// AccountWords are the words of readers' accounts, as Words are those of all else.
type AccountWords struct {
	SignInTitle   string
	SignInWhy     string
	SignInComment string
	SignInEmail   string
	SignInSend    string
	SignInAgain   string
	SignInKeep    string

	CodeTitle  string
	CodeSent   string // {email}
	CodeLabel  string
	CodeButton string
	CodeHelp   string

	LinkTitle  string
	LinkText   string // {email}
	LinkButton string
	LinkOld    string

	NameTitle  string
	NameText   string
	NameLabel  string
	NameButton string

	AccountTitle     string
	AccountEmail     string
	AccountNameAs    string
	AccountMail      string
	AccountMailHelp  string
	AccountExport    string
	AccountExportGo  string
	AccountOut       string
	AccountOutAll    string
	AccountDelete    string
	AccountDeleteAsk string
	DeleteKeepWords  string
	DeleteAllWords   string
	DeleteButton     string
	DeletedTitle     string
	DeletedText      string
	AccountSaved     string
	AnswersStopTitle string
	AnswersStopText  string
	AnswersStopGo    string
	AnswersOff       string
	PasskeyHeading   string
	PasskeyWhy       string
	PasskeyAdd       string
	PasskeySignIn    string
	PasskeyRemove    string
	PasskeyAdded     string // {date}
	PasskeyUsed      string // {date}
	PasskeyFailed    string
	DraftTitle       string
	DraftText        string

	SignInMailSubject string // {site}
	SignInMailBody    string // {site} {link} {code}
	AnswerMailSubject string // {name} {site}
	AnswerMailBody    string // {name} {headline} {text} {link} {stop} {site}
}

var englishAccount = AccountWords{
	SignInTitle:   "Sign in",
	SignInWhy:     "There is no password. We send a mail with a link and a code; either one signs you in.",
	SignInComment: "Sign in to post it. Your comment is kept on this page.",
	SignInEmail:   "Your mail address",
	SignInSend:    "Send me a mail",
	SignInAgain:   "Send another mail",
	SignInKeep:    "Nobody else sees your address.",

	CodeTitle:  "Look into your mail",
	CodeSent:   "A mail is on its way to {email}. Open its link, or type the six digits from it here.",
	CodeLabel:  "Six-digit code",
	CodeButton: "Sign in",
	CodeHelp:   "Nothing there after two minutes? Look into the spam folder, or ask again.",

	LinkTitle:  "Sign in",
	LinkText:   "Press the button to sign in as {email} in this browser.",
	LinkButton: "Sign in",
	LinkOld:    "This link does not work any more. Links work once, for a quarter of an hour.",

	NameTitle:  "Choose a name",
	NameText:   "It stands beside your comments, where everybody can read it.",
	NameLabel:  "Name",
	NameButton: "Use this name",

	AccountTitle:     "Your account",
	AccountEmail:     "Mail address",
	AccountNameAs:    "Name beside your comments",
	AccountMail:      "Mail me when somebody answers a comment of mine",
	AccountMailHelp:  "Every mail has a link that stops them.",
	AccountExport:    "Everything we keep about you, as a file.",
	AccountExportGo:  "Download my data",
	AccountOut:       "Sign out",
	AccountOutAll:    "Sign out everywhere",
	AccountDelete:    "Delete account",
	AccountDeleteAsk: "Your address, your name and your sessions are deleted at once and for good. What becomes of your comments?",
	DeleteKeepWords:  "They stay, without my name",
	DeleteAllWords:   "They are deleted, too",
	DeleteButton:     "Delete my account",
	DeletedTitle:     "Your account is deleted",
	DeletedText:      "Nothing about you is kept here any more.",
	AccountSaved:     "Saved.",
	AnswersStopTitle: "Stop mails about answers",
	AnswersStopText:  "You will not be written to any more when somebody answers a comment of yours.",
	AnswersStopGo:    "Stop these mails",
	AnswersOff:       "Stopped. You can turn them on again in your account.",
	PasskeyHeading:   "Passkeys",
	PasskeyWhy:       "With a passkey you sign in by your finger, your face or this device’s code, without a mail.",
	PasskeyAdd:       "Add a passkey",
	PasskeySignIn:    "Sign in with a passkey",
	PasskeyRemove:    "Remove",
	PasskeyAdded:     "Added on {date}.",
	PasskeyUsed:      "Last used on {date}.",
	PasskeyFailed:    "That did not work. You can try again, or sign in by mail as before.",
	DraftTitle:       "Post your comment",
	DraftText:        "You are signed in. This is what you wrote:",

	SignInMailSubject: "Sign in at {site}",
	SignInMailBody:    "Somebody, most likely you, wants to sign in at {site}.\n\nOpen this link and press the button:\n{link}\n\nOr type this code in the page that waits for it:\n{code}\n\nBoth work once, for a quarter of an hour. If it was not you, do nothing.\n",
	AnswerMailSubject: "{name} answered you at {site}",
	AnswerMailBody:    "{name} answered your comment on “{headline}” at {site}:\n\n{text}\n\nRead it, and answer:\n{link}\n\nNo more mails about answers:\n{stop}\n",
}

var arabicAccount = AccountWords{
	SignInTitle:   "تسجيل الدخول",
	SignInWhy:     "لا كلمة مرور هنا. نرسل إليك رسالة فيها رابط ورمز، وكل منهما يكفي للدخول.",
	SignInComment: "سجّل الدخول لنشره. تعليقك محفوظ في هذه الصفحة.",
	SignInEmail:   "عنوان بريدك",
	SignInSend:    "أرسل إليّ رسالة",
	SignInAgain:   "أرسل رسالة أخرى",
	SignInKeep:    "لا يرى عنوانك أحد غيرنا.",

	CodeTitle:  "انظر في بريدك",
	CodeSent:   "رسالة في طريقها إلى {email}. افتح رابطها أو اكتب هنا الأرقام الستة التي فيها.",
	CodeLabel:  "الرمز (ستة أرقام)",
	CodeButton: "ادخل",
	CodeHelp:   "لم تصل بعد دقيقتين؟ انظر في مجلد الرسائل المزعجة أو اطلب رسالة أخرى.",

	LinkTitle:  "تسجيل الدخول",
	LinkText:   "اضغط الزر لتدخل باسم {email} في هذا المتصفح.",
	LinkButton: "ادخل",
	LinkOld:    "لم يعد هذا الرابط صالحا. يعمل الرابط مرة واحدة خلال ربع ساعة.",

	NameTitle:  "اختر اسما",
	NameText:   "يظهر إلى جانب تعليقاتك ويقرؤه الجميع.",
	NameLabel:  "الاسم",
	NameButton: "استعمل هذا الاسم",

	AccountTitle:     "حسابك",
	AccountEmail:     "عنوان البريد",
	AccountNameAs:    "الاسم إلى جانب تعليقاتك",
	AccountMail:      "راسلني حين يرد أحد على تعليق لي",
	AccountMailHelp:  "في كل رسالة رابط يوقفها.",
	AccountExport:    "كل ما نحفظه عنك في ملف واحد.",
	AccountExportGo:  "نزّل بياناتي",
	AccountOut:       "تسجيل الخروج",
	AccountOutAll:    "الخروج من كل الأجهزة",
	AccountDelete:    "حذف الحساب",
	AccountDeleteAsk: "يُحذف عنوانك واسمك وجلساتك فورا ونهائيا. ماذا عن تعليقاتك؟",
	DeleteKeepWords:  "تبقى من دون اسمي",
	DeleteAllWords:   "تُحذف هي أيضا",
	DeleteButton:     "احذف حسابي",
	DeletedTitle:     "حُذف حسابك",
	DeletedText:      "لم يعد شيء عنك محفوظا هنا.",
	AccountSaved:     "حُفظ.",
	AnswersStopTitle: "إيقاف رسائل الردود",
	AnswersStopText:  "لن تصلك رسائل بعد الآن حين يرد أحد على تعليق لك.",
	AnswersStopGo:    "أوقف هذه الرسائل",
	AnswersOff:       "أوقفت. يمكنك تشغيلها مرة أخرى في حسابك.",
	PasskeyHeading:   "مفاتيح المرور",
	PasskeyWhy:       "بمفتاح المرور تسجّل دخولك ببصمتك أو وجهك أو رمز هذا الجهاز، من دون بريد.",
	PasskeyAdd:       "أضف مفتاح مرور",
	PasskeySignIn:    "سجّل الدخول بمفتاح مرور",
	PasskeyRemove:    "احذف",
	PasskeyAdded:     "أُضيف في {date}.",
	PasskeyUsed:      "آخر استعمال في {date}.",
	PasskeyFailed:    "لم ينجح ذلك. يمكنك المحاولة مجددًا أو تسجيل الدخول بالبريد كما في السابق.",
	DraftTitle:       "انشر تعليقك",
	DraftText:        "أنت داخل الآن. هذا ما كتبته:",

	SignInMailSubject: "الدخول إلى {site}",
	SignInMailBody:    "يريد أحد، أنت على الأرجح، الدخول إلى {site}.\n\nافتح هذا الرابط واضغط الزر:\n{link}\n\nأو اكتب هذا الرمز في الصفحة التي تنتظره:\n{code}\n\nيعمل كل منهما مرة واحدة خلال ربع ساعة. إن لم تكن أنت فلا تفعل شيئا.\n",
	AnswerMailSubject: "رد عليك {name} في {site}",
	AnswerMailBody:    "رد {name} على تعليقك على «{headline}» في {site}:\n\n{text}\n\nاقرأه ورد عليه:\n{link}\n\nلإيقاف هذه الرسائل:\n{stop}\n",
}
