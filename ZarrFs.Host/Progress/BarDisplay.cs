using Spectre.Console;
using Spectre.Console.Rendering;

namespace ZarrFs.Host.Progress;

/// <summary>One line on the terminal: what is done, a bar, the share, rate, bytes written, time left and the place. Gone when the work has ended.</summary>
internal sealed class BarDisplay : ProgressDisplay
{
    private ProgressTask? _task;
    private string _details = "";

    /// <inheritdoc/>
    protected override TimeSpan Interval => TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    protected override void Run(Func<ProgressSample> sample, Task work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        console.Progress().AutoClear(true).AutoRefresh(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn { Width = 30 }, new PercentageColumn(), new DetailsColumn(this))
            .Start(context =>
            {
                _task = context.AddTask(ProgressWords.Title(sample().Stage), maxValue: 1);
                base.Run(
                    () =>
                    {
                        context.Refresh();
                        return sample();
                    },
                    work);
            });
    }

    /// <inheritdoc/>
    protected override void Show(ProgressSample sample, RateMeter meter, bool ended)
    {
        _task!.Description = ProgressWords.Title(sample.Stage);
        _task.Value = sample.Share;
        _details = ProgressWords.Details(sample, meter);
    }

    private sealed class DetailsColumn(BarDisplay display) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(display._details) { Overflow = Overflow.Ellipsis };
    }
}
