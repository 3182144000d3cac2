package site

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"dateline/internal/markup"
	"dateline/internal/web"
)

// scripts adds the pages' script and the modules it fetches to the assets, and gives the
// worker. What notifications need holds the words of the site's language, so that neither
// a page nor a message has to bring them along.
//
// A module is an asset whose address stands in site.js; that of notifications is
// fetched by who presses a button of it, or has them already. The worker is served at addresses that
// must never change, see serve_worker.go.
func scripts(siteName string, w *Words, assets *web.Assets) (worker []byte, err error) {
	module, err := scriptWith("alerts.js", map[string]any{"WORDS": w.moduleWords(siteName)})
	if err != nil {
		return nil, err
	}
	at := assets.Add("alerts."+w.Lang+".js", module)
	suggest, err := scriptWith("suggest.js", nil)
	if err != nil {
		return nil, err
	}
	passkey, err := scriptWith("passkey.js", map[string]any{"WORDS": map[string]string{"failed": w.PasskeyFailed}})
	if err != nil {
		return nil, err
	}
	passkeyAt := assets.Add("passkey."+w.Lang+".js", passkey)
	talk, err := scriptWith("comments.js", map[string]any{"WORDS": w.talkWords(), "'PASSKEY'": passkeyAt})
	if err != nil {
		return nil, err
	}
	page, err := scriptWith("site.js", map[string]any{"'ALERTS'": at, "'SUGGEST'": assets.Add("suggest.js", suggest), "'PASSKEY'": passkeyAt, "'COMMENTS'": assets.Add("comments."+w.Lang+".js", talk)})
	if err != nil {
		return nil, err
	}
	assets.Add("site.js", page)
	icon, err := assetFiles.ReadFile("assets/icon-96.png")
	if err != nil {
		return nil, fmt.Errorf("read icon: %w", err)
	}
	return scriptWith("sw.js", map[string]any{"WORDS": map[string]string{
		"site": siteName, "lang": w.Lang, "dir": markup.Dir(w.Lang), "css": assets.Path("site.css"),
		"icon": "data:image/png;base64," + base64.StdEncoding.EncodeToString(icon),
		"news": plain(w.WorkerNews, "site", siteName), "stopped": w.WorkerStopped, "notStopped": w.WorkerNotStopped,
		"offlineTitle": w.OfflineTitle, "offlineText": w.OfflineText, "tryAgain": w.TryAgain,
	}})
}

// scriptWith is a script with values in place of its capital words, without what only
// we read.
func scriptWith(name string, values map[string]any) ([]byte, error) {
	js, err := assetFiles.ReadFile("assets/" + name)
	if err != nil {
		return nil, fmt.Errorf("read script %s: %w", name, err)
	}
	js = squeezeScript(js)
	for word, v := range values {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("write words of %s: %w", name, err)
		}
		if bytes.Count(js, []byte(word)) != 1 {
			return nil, fmt.Errorf("write words of %s: %s does not stand there once", name, word)
		}
		js = bytes.Replace(js, []byte(word), b, 1)
	}
	return js, nil
}

// moduleWords are the words of alerts.js by the names they have there.
func (w *Words) moduleWords(siteName string) map[string]string {
	return map[string]string{
		"site": siteName, "button": w.AlertsButton, "chooseWhat": w.ChooseWhat, "whatAll": w.WhatAll, "whatBreaking": w.WhatBreaking,
		"onlyTopic": w.OnlyTopic, "onlyStory": w.OnlyStory, "aStory": w.AStory, "thisStory": w.ThisStory,
		"moreChoices": w.MoreChoices, "stopThis": w.StopThis, "close": w.Close, "tryAgain": w.TryAgain, "save": w.SaveChoice,
		"changeOrStop": w.ChangeOrStop,

		"unsupported": w.StateUnsupported, "inApp": w.StateInApp, "private": w.StatePrivate, "home": w.StateHome,
		"blocked": w.StateBlocked, "unblockChrome": w.UnblockChrome, "unblockFirefox": w.UnblockFirefox,
		"unblockSafari": w.UnblockSafari, "unblockPhone": w.UnblockPhone,
		"asking": w.StateAsking, "closed": w.StateClosed, "subscribing": w.StateSubscribing, "on": w.StateOn, "paused": w.StatePaused,
		"failed": w.StateFailed, "off": w.StateOff, "saved": w.StateSaved, "tested": w.StateTested, "tooMany": w.StateTooMany,
		"stopped": w.StateStopped, "none": w.StateNone, "topic": w.StateTopic, "story": w.StateStory,
	}
}

// talkWords are the words of comments.js by the names they have there.
func (w *Words) talkWords() map[string]any {
	p := w.CommentsNew
	return map[string]any{"failed": w.CommentFailed, "liked": w.CommentLiked, "fresh": map[string]string{
		"zero": p.Zero, "one": p.One, "two": p.Two, "few": p.Few, "many": p.Many, "other": p.Other,
	}}
}
