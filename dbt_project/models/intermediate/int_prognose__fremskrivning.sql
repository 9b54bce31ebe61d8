{#- Chosen on figures up to July 2024 (docs/backtest.md); a change is a new backtest. -#}
{% set aar_tilbage = 4 %}       {#- earlier years that the season is learned from, at most -#}
{% set halv_tillid = 0.5 %}     {#- seen in n years, a season counts n / (n + this) -#}
{% set egen_halvt = 200 %}      {#- at this level, seen once, half the season is the kommune's own -#}
{% set trend_bevaret = 0.8 %}   {#- of a month's trend, what is left of it in the next -#}
-- Forecast = the origin's value × season × trend, for every origin and horizon.

with oprindelser as (
    select * from {{ ref('int_prognose__oprindelser') }}
),

behov as (
    select
        serie_id,
        min(oprindelse_nr) - 12 * {{ aar_tilbage }} as fra_nr,
        min(oprindelse_nr) filter (where udgives) as foerste_udgivne_nr,
        max(oprindelse_nr) filter (where udgives) as sidste_udgivne_nr
    from oprindelser
    group by serie_id
),

serier as (
    select serier.*
    from {{ ref('int_prognose__serier') }} as serier
    inner join behov
        on serier.serie_id = behov.serie_id and serier.maaned_nr >= behov.fra_nr
),

-- '000' is all kommuner together.
kommuner_og_land as (
    select
        serie_id,
        kommune_kode,
        maaned_nr,
        naeste_brud_nr,
        decimaler,
        cast(vaerdi as double) as vaerdi,
        avg(vaerdi) over (
            partition by serie_id, kommune_kode, naeste_brud_nr
            order by maaned_nr range between 11 preceding and current row
        ) as niveau
    from serier
    union all
    select
        serie_id,
        '000' as kommune_kode,
        maaned_nr,
        max(naeste_brud_nr) as naeste_brud_nr,
        max(decimaler) as decimaler,
        cast(sum(vaerdi) as double) as vaerdi,
        null as niveau
    from serier
    group by serie_id, maaned_nr
),

-- Movements are added and averaged as logarithms; 0 counts as the smallest figure that is printed.
celler as (
    select
        *,
        ln(greatest(vaerdi, pow(10, -decimaler))) as ln_vaerdi
    from kommuner_og_land
),

fra as (
    select
        celler.*,
        oprindelser.horisont_til,
        oprindelser.udgives
    from oprindelser
    inner join celler
        on
            oprindelser.serie_id = celler.serie_id
            and oprindelser.oprindelse_nr = celler.maaned_nr
),

tidligere as (
    select
        *,
        unnest(range(1, {{ aar_tilbage }} + 1)) as aar_foer
    from fra
),

-- The same month in earlier years, and how the figure moved in the year that followed.
aar as (
    select
        tidligere.serie_id,
        tidligere.kommune_kode,
        tidligere.maaned_nr as oprindelse_nr,
        foer.maaned_nr as aar_fra_nr,
        foer.ln_vaerdi,
        efter.ln_vaerdi - foer.ln_vaerdi as aarets_aendring
    from tidligere
    inner join celler as foer
        on
            tidligere.serie_id = foer.serie_id
            and tidligere.kommune_kode = foer.kommune_kode
            and tidligere.naeste_brud_nr = foer.naeste_brud_nr
            and tidligere.maaned_nr - 12 * tidligere.aar_foer = foer.maaned_nr
    inner join celler as efter
        on
            foer.serie_id = efter.serie_id
            and foer.kommune_kode = efter.kommune_kode
            and foer.maaned_nr + 12 = efter.maaned_nr
),

aarets_maaneder as (
    select
        *,
        unnest(range(1, 12)) as trin
    from aar
),

-- Season: the movement over so many months less the year's even share of it; none over 12.
saeson as (
    select
        forloeb.serie_id,
        forloeb.kommune_kode,
        forloeb.oprindelse_nr,
        forloeb.trin,
        -- As decimals, so that the mean is the same in whatever order it is taken.
        avg(cast(
            celler.ln_vaerdi - forloeb.ln_vaerdi - forloeb.aarets_aendring * forloeb.trin / 12
            as decimal(18, 12)
        )) as saeson,
        count(*) as antal_aar
    from aarets_maaneder as forloeb
    inner join celler
        on
            forloeb.serie_id = celler.serie_id
            and forloeb.kommune_kode = celler.kommune_kode
            and forloeb.aar_fra_nr + forloeb.trin = celler.maaned_nr
    group by forloeb.serie_id, forloeb.kommune_kode, forloeb.oprindelse_nr, forloeb.trin
),

trend as (
    select
        serie_id,
        oprindelse_nr,
        aarets_aendring / 12 as maanedlig
    from aar
    where kommune_kode = '000' and aar_fra_nr = oprindelse_nr - 12
),

-- Thirds of the kommuner by size, for errors are like in kommuner of like size.
med_stoerrelse as (
    select
        *,
        ntile(3) over (
            partition by serie_id, maaned_nr order by vaerdi, kommune_kode
        ) as stoerrelse
    from fra
    where kommune_kode <> '000'
),

alle_horisonter as (
    select
        *,
        unnest(range(1, horisont_til + 1)) as horisont
    from med_stoerrelse
),

-- An earlier origin is there for its errors: those of the year up to an origin that is published.
frem as (
    select alle.*
    from alle_horisonter as alle
    inner join behov
        on alle.serie_id = behov.serie_id
    where
        alle.udgives
        or (
            alle.maaned_nr + alle.horisont > behov.foerste_udgivne_nr - 12
            and alle.maaned_nr + alle.horisont <= behov.sidste_udgivne_nr
        )
),

-- A percent says nothing of how many it rests on: its season is all kommuner's.
dele as (
    select
        frem.serie_id,
        frem.kommune_kode,
        frem.maaned_nr as oprindelse_nr,
        frem.naeste_brud_nr,
        frem.horisont,
        frem.stoerrelse,
        frem.vaerdi as vaerdi_fra,
        case
            when egen.saeson is null or frem.decimaler > 0 then 0
            else frem.niveau * egen.antal_aar / (frem.niveau * egen.antal_aar + {{ egen_halvt }})
        end as egen_vaegt,
        coalesce(alle.antal_aar / (alle.antal_aar + {{ halv_tillid }}), 0) as tillid,
        coalesce(alle.saeson, 0) as saeson_alle,
        coalesce(egen.saeson, 0) as saeson_egen,
        -- One month's trend, and of each further month what is left of it.
        trend.maanedlig * {{ trend_bevaret }}
        * (1 - pow({{ trend_bevaret }}, frem.horisont)) / (1 - {{ trend_bevaret }}) as trend
    from frem
    inner join trend
        on frem.serie_id = trend.serie_id and frem.maaned_nr = trend.oprindelse_nr
    left join saeson as alle
        on
            frem.serie_id = alle.serie_id
            and frem.maaned_nr = alle.oprindelse_nr
            and alle.kommune_kode = '000'
            and frem.horisont % 12 = alle.trin
    left join saeson as egen
        on
            frem.serie_id = egen.serie_id
            and frem.maaned_nr = egen.oprindelse_nr
            and frem.kommune_kode = egen.kommune_kode
            and frem.horisont % 12 = egen.trin
),

faktorer as (
    select
        *,
        exp(
            tillid * (egen_vaegt * saeson_egen + (1 - egen_vaegt) * saeson_alle)
        ) as saesonfaktor,
        exp(trend) as trendfaktor
    from dele
),

final as (
    select
        faktorer.serie_id,
        faktorer.kommune_kode,
        faktorer.oprindelse_nr,
        cast(faktorer.horisont as integer) as horisont,
        cast(faktorer.stoerrelse as integer) as stoerrelse,
        cast(faktorer.vaerdi_fra as decimal(18, 3)) as vaerdi_fra,
        cast(faktorer.saesonfaktor as decimal(12, 6)) as saesonfaktor,
        cast(faktorer.trendfaktor as decimal(12, 6)) as trendfaktor,
        cast(
            faktorer.vaerdi_fra * faktorer.saesonfaktor * faktorer.trendfaktor as decimal(18, 3)
        ) as fremskrevet,
        cast(udfald.vaerdi as decimal(18, 3)) as udfald
    from faktorer
    left join celler as udfald
        on
            faktorer.serie_id = udfald.serie_id
            and faktorer.kommune_kode = udfald.kommune_kode
            and faktorer.naeste_brud_nr = udfald.naeste_brud_nr
            and faktorer.oprindelse_nr + faktorer.horisont = udfald.maaned_nr
)

select * from final
