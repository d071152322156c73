"""What is said of files on the console's pages, in Chinese and English."""

TEXTS = {
    "field.attachments": ("附件", "Files"),
    "form.files": (
        "PDF、Word、Excel、图片、文本、OFD,每个至多 {megabytes} MB",
        "PDF, Word, Excel, pictures, text, OFD; at most {megabytes} MB each",
    ),
    "form.file_kept": ("已提交:{name}", "Handed in: {name}"),
    "attachment.label": ("附件", "Files"),
}
