using TrustedServe.Functions.Health;
using TrustedServe.Functions.Queue;
using TrustedServe.Functions.Settings;
using TrustedServe.Functions.Supervision;

namespace TrustedServe.Functions.Signals;

/// <summary>Adds the signals for scaling to a host.</summary>
internal static class SignalServices
{
    /// <summary>Adds them. Before the queue trigger, so that costs are kept after its last job has ended.</summary>
    public static void AddSignals(this IServiceCollection services, ServeOptions options)
    {
        services.AddSingleton(options.Signals);
        services.AddSingleton<ModelCatalogue>();
        services.AddSingleton<RequestWatch>();
        services.AddSingleton<WorkerWatch>();
        services.AddSingleton<WorkMeter>();
        services.AddSingleton<IJobObserver>(provider => provider.GetRequiredService<WorkMeter>());
        services.AddSingleton<ScalingSignals>();
        services.AddSingleton(provider => new SignalEndpoints(
            provider.GetRequiredService<ScalingSignals>(),
            provider.GetRequiredService<RequestMetrics>(),
            provider.GetRequiredService<WorkerFleet>(),
            options.Health.ModelSignals));
        services.AddSingleton(provider => new QueueWatch(
            provider.GetService<IQueueView>(),
            provider.GetRequiredService<ModelCatalogue>().Find,
            provider.GetRequiredService<JobRegistry>(),
            provider.GetRequiredService<WorkMeter>(),
            options.Signals,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<QueueWatch>>()));
        if (options.Queue.Name is null)
        {
            return;
        }

        services.AddSingleton<IQueueView, StorageQueueView>();
        if (options.Signals.KeepMeasurements && options.Health.ModelSignals)
        {
            services.AddSingleton<WorkKeeper>();
            services.AddSingleton<IJobObserver>(provider => provider.GetRequiredService<WorkKeeper>());
            services.AddHostedService(provider => provider.GetRequiredService<WorkKeeper>());
        }
    }
}
