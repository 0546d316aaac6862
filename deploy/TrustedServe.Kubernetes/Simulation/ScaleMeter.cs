namespace TrustedServe.Kubernetes.Simulation;

/// <summary>What a trigger sees.</summary>
internal sealed class ScaleMeter(ScaleSettings settings, InstanceProfile instance, Arrivals chance)
{
    /// <summary>From this many messages on, azure-queue's <c>visibleonly</c> counts those in hand too.</summary>
    public const int MostPeeked = 32;

    // The http-add-on's default window.
    private const double WindowSeconds = 60;

    private readonly Queue<double> window = new();
    private double inWindow;
    private double inHand;

    /// <summary>Takes note of arrivals in a step.</summary>
    public void Observe(double arrived)
    {
        window.Enqueue(arrived);
        inWindow += arrived;
        if (window.Count > WindowSeconds / ScaleSimulation.StepSeconds)
        {
            inWindow -= window.Dequeue();
        }
    }

    /// <summary>Takes note of how many a second were served: those are in hand for as long as one takes.</summary>
    public void Served(double perSecond) => inHand = perSecond * instance.ServiceSeconds;

    /// <summary>What decides between nothing and something.</summary>
    public double Activation(Backlog backlog) => settings.Metric == ScaleMetric.Rate ? PerSecond : Queue(backlog);

    /// <summary>What decides how many; null when nobody can tell.</summary>
    public double? Value(Backlog backlog, int ready) => settings.Metric switch
    {
        ScaleMetric.Rate => PerSecond,
        ScaleMetric.Work => ready == 0 ? null : backlog.Waiting / instance.PerSecond,
        _ => Queue(backlog),
    };

    private double PerSecond => inWindow / WindowSeconds;

    // Requests in hand come and go between two looks: how many a look meets is chance around their mean.
    private double Queue(Backlog backlog)
    {
        var waiting = backlog.Whole;
        return settings.Metric == ScaleMetric.Visible && waiting < MostPeeked ? waiting : waiting + chance.Draw(inHand);
    }
}
