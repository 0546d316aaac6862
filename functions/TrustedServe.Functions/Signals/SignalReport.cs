namespace TrustedServe.Functions.Signals;

/// <summary>All signals at one time.</summary>
/// <param name="State">How far what is said of the queue can be relied on.</param>
/// <param name="AgeSeconds">How long ago the queue was looked at; null when it never was.</param>
/// <param name="QueueMessages">All messages of the queue; null when that is not known.</param>
/// <param name="OtherMessages">Those of them that are for no model served here, or not known to be for one; null with the former.</param>
/// <param name="Models">The signals of every model version.</param>
internal sealed record SignalReport(QueueState State, double? AgeSeconds, long? QueueMessages, double? OtherMessages, IReadOnlyList<ModelSignals> Models);
