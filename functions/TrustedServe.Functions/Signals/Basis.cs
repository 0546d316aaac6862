namespace TrustedServe.Functions.Signals;

/// <summary>What a cost is based on, best first.</summary>
internal enum Basis
{
    /// <summary>On jobs of that model, of this instance or an earlier one.</summary>
    Measured,

    /// <summary>On what the model's worker says that a row takes one of its lanes.</summary>
    Worker,

    /// <summary>On a setting: nothing was measured yet.</summary>
    Assumed,
}
