package site

import (
	"regexp"
	"strconv"
	"strings"
)

// The rules of comments and accounts say in English why they refuse or hold something; a site in
// another language says the same in its own. Sentences are told apart by their English words, with
// %s and %d for what changes; a test holds the list against the sources. What is not in it, such as
// a moderator's own words, stays as it is.
type saidIn struct {
	english *regexp.Regexp
	own     string // {1}, {2} for what changes, as it stands in the English sentence
}

// sayings reads a list of English sentences and what they are in a language.
func sayings(list map[string]string) map[string]saidIn {
	out := make(map[string]saidIn, len(list))
	for format, own := range list {
		pattern := strings.NewReplacer("%d", `(\d{1,9})`, "%s", `(.{0,600}?)`).Replace(regexp.QuoteMeta(format))
		out[format] = saidIn{regexp.MustCompile(`(?s)^` + pattern + `$`), own}
	}
	return out
}

// Say gives a sentence for readers in the site's language.
func (w *Words) Say(english string) string {
	for _, s := range said[w.Lang] {
		m := s.english.FindStringSubmatch(english)
		if m == nil {
			continue
		}
		out := s.own
		for i, part := range m[1:] {
			out = strings.ReplaceAll(out, "{"+strconv.Itoa(i+1)+"}", w.Say(part))
		}
		return out
	}
	return english
}

// said are the lists by language.
var said = map[string]map[string]saidIn{"ar": arabicSayings}

// arabicSayings are the sentences of packages moderation, auth, news and store that readers meet.
var arabicSayings = sayings(map[string]string{
	// A comment that is refused.
	"Write something first.": "اكتب شيئًا أولًا.",
	"This comment has characters that cannot be shown. Type them again, or leave them out.": "في هذا التعليق محارف لا يمكن عرضها. اكتبها من جديد أو احذفها.",
	"This comment has more than %d lines. Make it shorter.":                                 "في هذا التعليق أكثر من {1} سطرًا. اختصره.",
	"This comment has more than %d links. Keep the ones that matter.":                       "في هذا التعليق أكثر من {1} رابطًا. أبقِ المهم منها.",
	"This comment is too long. Use at most %d characters.":                                  "هذا التعليق طويل جدًا. لا تتجاوز {1} محرفًا.",
	"Say it in at most %d characters.":                                                      "قله في {1} محرفًا على الأكثر.",
	"A comment can be changed for %d minutes. You can still delete it.":                     "يمكن تعديل التعليق خلال {1} دقائق من نشره. ما زال بإمكانك حذفه.",
	"You cannot do that while you may not comment.":                                         "لا يمكنك ذلك ما دمت ممنوعًا من التعليق.",
	"You cannot comment here any more.%s":                                                   "لم يعد بإمكانك التعليق هنا.{1}",
	"You can comment again on %s.%s":                                                        "يمكنك التعليق مجددًا في {1}.{2}",
	"No comments are taken from your network for the time being.%s":                         "لا نقبل حاليًا تعليقات من شبكتك.{1}",
	" The newsroom says: %s":                                                                " تقول هيئة التحرير: {1}",
	"Choose a name first. It stands beside your comments.":                                  "اختر اسمًا أولًا. سيظهر بجانب تعليقاتك.",
	"This discussion is busy: everybody waits %s between two comments. Yours can go in %s.": "هذا النقاش مزدحم: ينتظر كل واحد {1} بين تعليقين. يمكنك الإرسال بعد {2}.",
	"%d seconds": "{1} ثانية",
	"%d minutes": "{1} دقيقة",
	"That is a lot of comments. Wait a little, then send this one again.":                     "هذه تعليقات كثيرة. انتظر قليلًا ثم أرسل هذا من جديد.",
	"Very many comments came from your network. Wait some minutes, then send this one again.": "وصلت من شبكتك تعليقات كثيرة جدًا. انتظر بضع دقائق ثم أرسل هذا من جديد.",
	"Comments on this story are closed because it is some days old.":                          "أُغلقت التعليقات على هذا الخبر لأنه مضت عليه أيام.",
	"The newsroom has closed comments on this story.":                                         "أغلقت هيئة التحرير التعليقات على هذا الخبر.",
	"Comments are not opened on stories about this topic.":                                    "لا تُفتح التعليقات على أخبار هذا الموضوع.",
	"Comments are closed on this site for the moment.":                                        "التعليقات مغلقة في هذا الموقع حاليًا.",
	"Something else was decided about this comment since. Decide anew.":                       "اتُّخذ قرار آخر بشأن هذا التعليق. قرّر من جديد.",
	"You cannot like a comment of your own.":                                                  "لا يمكنك الإعجاب بتعليقك.",

	// Why a comment is held.
	"Comments here are read by a moderator before they are shown.":                                         "يقرأ مشرف التعليقات هنا قبل نشرها.",
	"Much is being written about this story just now. A moderator reads every comment before it is shown.": "يُكتب الآن كثير عن هذا الخبر. يقرأ مشرف كل تعليق قبل نشره.",
	"It has words that a moderator looks at first: “%s”.":                                                  "فيه كلمات ينظر فيها مشرف أولًا: «{1}».",
	"It has several links, and a moderator looks at those first.":                                          "فيه روابط عدة، وينظر فيها مشرف أولًا.",
	"It has a link, and you are new here. A moderator looks at it first; later your links go through.":     "فيه رابط، وأنت جديد هنا. ينظر فيه مشرف أولًا، ثم تمر روابطك لاحقًا.",
	"You are new here. A moderator reads your first comments before they are shown.":                       "أنت جديد هنا. يقرأ مشرف تعليقاتك الأولى قبل نشرها.",
	"Nearly the same words were sent here several times today.":                                            "أُرسلت اليوم كلمات تكاد تكون نفسها عدة مرات.",
	"You wrote a lot in a short time. A moderator will catch up with you.":                                 "كتبت كثيرًا في وقت قصير. سيلحق بك مشرف.",
	"Very many comments came from your network in a short time. A moderator will look at yours.":           "وصلت من شبكتك تعليقات كثيرة جدًا في وقت قصير. سينظر مشرف في تعليقك.",
	"It is hard to read: much of it is in capitals, or repeats a sign. You can change it.":                 "تصعب قراءته: كثير منه بأحرف كبيرة أو يكرر علامة. يمكنك تعديله.",
	"Several readers reported it, so that a moderator looks at it before it is shown again.":               "أبلغ عنه عدة قراء، فينظر فيه مشرف قبل عرضه مجددًا.",
	"A moderator wants to look at it again.":                                                               "يريد مشرف أن ينظر فيه مجددًا.",

	// Accounts.
	"Use a mail address like name@example.org.":                                                                "استعمل عنوان بريد مثل name@example.org.",
	"Too many mails were asked for from your network. Please wait some minutes.":                               "طُلبت من شبكتك رسائل كثيرة جدًا. انتظر بضع دقائق من فضلك.",
	"This link does not work any more: links work once, for a quarter of an hour. Ask for a new one.":          "لم يعد هذا الرابط يعمل: يعمل الرابط مرة واحدة ولمدة ربع ساعة. اطلب رابطًا جديدًا.",
	"This code can only be used where it was asked for, and for a quarter of an hour. Ask for a new one here.": "لا يعمل هذا الرمز إلا حيث طُلب ولمدة ربع ساعة. اطلب رمزًا جديدًا هنا.",
	"This mail is used up or too old. Ask for a new one.":                                                      "استُعملت هذه الرسالة أو مضى عليها وقت طويل. اطلب رسالة جديدة.",
	"This is not the code from the last mail. Look again.":                                                     "ليس هذا رمز الرسالة الأخيرة. انظر مجددًا.",
	"Please sign in first.": "سجّل الدخول أولًا من فضلك.",
	"Too many attempts came from your network. Please wait a minute.":                  "جاءت من شبكتك محاولات كثيرة جدًا. انتظر دقيقة من فضلك.",
	"This took too long, or was sent before. Please try again.":                        "استغرق هذا وقتًا طويلًا أو أُرسل من قبل. حاول مجددًا من فضلك.",
	"This passkey does not work here. You can always sign in by mail.":                 "لا يعمل مفتاح المرور هذا هنا. يمكنك دائمًا تسجيل الدخول بالبريد.",
	"You have %d passkeys. Remove one first.":                                          "لديك {1} مفتاح مرور. احذف واحدًا أولًا.",
	"This passkey is known already.":                                                   "مفتاح المرور هذا معروف من قبل.",
	"Somebody else here has this name, or one that looks like it. Choose another one.": "لشخص آخر هنا هذا الاسم أو اسم يشبهه. اختر اسمًا آخر.",
	"This name has characters that cannot be shown.":                                   "في هذا الاسم محارف لا يمكن عرضها.",
	"This name has characters that nobody can see. Type it without them.":              "في هذا الاسم محارف لا يراها أحد. اكتبه من دونها.",
	"This name has too many marks above each other.":                                   "في هذا الاسم علامات كثيرة بعضها فوق بعض.",
	"Choose a name. It stands beside your comments.":                                   "اختر اسمًا. سيظهر بجانب تعليقاتك.",
	"Use at most %d characters.":                                                       "استعمل {1} محرفًا على الأكثر.",
	"A name needs a letter.":                                                           "لا بد للاسم من حرف.",
	"A name is no address. Leave out @, / and the like.":                               "الاسم ليس عنوانًا. احذف @ و/ وما شابههما.",
	"This name mixes letters of different scripts in one word. Use those of one.":      "يخلط هذا الاسم حروف كتابات مختلفة في كلمة واحدة. استعمل حروف كتابة واحدة.",
	"This name is, or looks like, one of the newsroom. Choose another one.":            "هذا الاسم لأحد العاملين في هيئة التحرير أو يشبهه. اختر اسمًا آخر.",
})
