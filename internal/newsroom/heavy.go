package newsroom

import (
	"context"
	"net/http"

	"dateline/internal/web"
)

// maxStrange bounds what somebody may send who is not signed in: a name, a mail
// address and a key.
const maxStrange = 16 << 10

// readStoryForm reads the form with at most one picture in it; see readHeavy.
func (n *Newsroom) readStoryForm(w http.ResponseWriter, r *http.Request) (web.Form, func(), error) {
	return n.readHeavy(w, r, "file")
}

// readHeavy reads a form that may hold a picture (in the field called file) or a long
// text. Both wait for their turn: many at once would take the memory and the processor
// from readers. leave is to be called when the form is done with.
func (n *Newsroom) readHeavy(w http.ResponseWriter, r *http.Request, file string) (form web.Form, leave func(), err error) {
	ctx, cancel := context.WithTimeout(r.Context(), pageTime)
	defer cancel()
	var places []func()
	leave = func() {
		for _, give := range places {
			give()
		}
	}
	enter := func(room web.Room) error {
		give, err := room.Enter(ctx)
		if err == nil {
			places = append(places, give)
		}
		return err
	}
	most := int64(0)
	if file != "" {
		most = maxPicture
		if r.ContentLength < 0 || r.ContentLength > web.MaxForm {
			if err := enter(n.o.Uploads); err != nil {
				return form, nil, err
			}
		}
	}
	form, err = web.ReadForm(w, r, file, most)
	if err == nil && len(form.Get("body"))+len(form.Get("html")) > web.LongText {
		ctx, cancel = context.WithTimeout(r.Context(), decisionTime) // reading took what time it took
		defer cancel()
		err = enter(n.o.Texts)
	}
	if err != nil {
		leave()
		return form, nil, err
	}
	return form, leave, nil
}
