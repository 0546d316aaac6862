namespace TrustedServe.Packaging.Manifests;

/// <summary>The WordPiece tokenizer of a text model. Texts become the ids that BERT's own tokenizer (google-research/bert, tokenization.py) makes of them.</summary>
public sealed record TokenizerSpec
{
    /// <summary>Path of the vocabulary inside the package, one word piece a line.</summary>
    public required string Vocabulary { get; init; }

    /// <summary>Whether text is lower-cased first; default true.</summary>
    public bool LowerCase { get; init; } = true;

    /// <summary>Whether accents are removed, as models with "uncased" in their name were trained with; default false.</summary>
    public bool StripAccents { get; init; }

    /// <summary>Whether CJK characters become tokens of their own; default false.</summary>
    public bool SplitCjk { get; init; }

    /// <summary>Whether a text over the limit is cut (and the answer says so) instead of being refused; default false.</summary>
    public bool Truncate { get; init; }
}
