package markup

import "testing"

// A document that cannot be read must never pass for an empty one: it would be saved so.
func TestAKeptDocumentThatIsNoneIsNeverEmpty(t *testing.T) {
	d := Kept([]byte(`{"type":"doc","content":[`))
	for range 2 {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("it was read as a document")
				}
			}()
			d.IsEmpty()
		}()
	}
}
