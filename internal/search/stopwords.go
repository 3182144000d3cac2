package search

// Words that a query need not find: they are indexed, and count in phrases and where a query has nothing else.
// Only words that bear no meaning of their own anywhere; "us" and "it" in English may be a country and a trade.
var stopWords = map[string]string{
	"en": "a about after all also an and any are as at be been before but by can could did do does for from had has have he her his how i if in into is its may more most my no not of on or our out over she should so some such than that the their them then there these they this those to under up was we were what when where which while who whom why will with would you your",
	"de": "aber als am an auch auf aus bei bin bis das dass dem den der des die doch du durch ein eine einem einen einer eines er es für gegen haben hat hatte hier ich ihr im in ist kann mit nach nicht noch nur oder ohne sein sich sie sind so über um und uns unter vom von vor war was wegen wenn wer werden wie wir wird wo zu zum zur",
	"fr": "a à au aux avec ce ces cette comme dans de des du elle en est et été il ils je la le les leur leurs mais ne nous on ont ou où par pas plus pour qu que qui sa sans se ses son sont sur un une vous y",
	"es": "a al como con de del desde donde el ella en entre era es esta este fue ha han hasta la las lo los más no nos o para pero por que qué se sin sobre son su sus también un una uno y ya",
	"it": "a ai al alla alle anche che chi ci come con da dal dalla dei del della delle di e è gli ha hanno i il in la le lo ma nel nella non o per più quale se si sono su sul sulla tra un una uno",
	"pt": "a ao aos as até com como da das de do dos e é ela ele em entre era essa esta este foi há mais mas na nas não no nos o os ou para pela pelo por que se sem seu sua são também um uma",
	"nl": "aan al als bij dan dat de der die dit door een en er had heeft het hij hoe in is kan maar met naar niet nog nu of om onder ook op over te tot uit van voor waar was wat we wie wordt ze zijn zo zou",
	"sv": "att av de den det du där efter eller en ett från för ha han har hon hur i inte jag kan med men mot när och om på sig ska som till under upp ut var vi är",
	"no": "at av de den det du eller en er et etter for fra han har hun hva hvor i ikke jeg kan med men mot ned når og om opp på seg skal som til ut var vi",
	"da": "af at de den der det du efter eller en er et for fra han har hun hvad hvor i ikke jeg kan med men mod når og om op på sig skal som til ud var vi",
	"fi": "ei että he hän ja joka jos kuin kun me mikä mutta myös ne niin nyt oli on ovat se tai te tämä vai",
	"hu": "a az de egy és ez hogy is meg mint nem volt",
	"ro": "a al ale care ce cu de din este fi în la mai nu o pe pentru prin sau se și un unei unui",
	"tr": "ama bir bu da daha de değil gibi hem için ile ise kadar ki mi ne o olan olarak olduğu sonra şu ve veya ya",
	"ru": "а без бы был была были было в вы где да для до его ее если же за и из или их к как когда кто ли между на не нет но о об он она они от по под при с со так то у что это я",
	"ar": "في من الي علي عن مع ان او و ما لا لم لن قد هذا هذه ذلك تلك التي الذي الذين هو هي هم كان كانت بين بعد قبل عند حتي كل ثم كما اذا",
	"fa": "از با به بر تا در را که و يا اين ان است بود شد شده مي هم اما براي يك خود ها هاي",
	"he": "של את על עם אל זה זו הוא היא הם הן לא כי גם או אם אבל מה מי יש אין היה היתה כל בין אחרי לפני עד רק כמו אשר",
}
