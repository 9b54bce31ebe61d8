-- The start value that holds for each release of each measure, and for the next one (frigivelse
-- is null): a table's own rows, or else those of all tables.

with vintager as (
    select * from {{ ref('int_vintager') }}
),

maalinger as (
    select distinct
        kilde,
        tabel_id,
        maaling_navn,
        enhed
    from {{ ref('int_maalinger') }}
),

startvaerdier as (
    select * from {{ ref('revision_start') }}
),

frigivelser as (
    select
        kilde,
        tabel_id,
        hentet_utc as frigivelse,
        cast(hentet_utc as date) as dato
    from vintager
    union all
    select
        kilde,
        tabel_id,
        null as frigivelse,
        cast(max(hentet_utc) as date) + 1 as dato
    from vintager
    group by kilde, tabel_id
),

gaeldende as (
    select
        frigivelser.kilde,
        frigivelser.tabel_id,
        maalinger.maaling_navn,
        frigivelser.frigivelse,
        startvaerdier.stoerrelse,
        startvaerdier.alder_fra,
        startvaerdier.middel_pct,
        startvaerdier.median_pct,
        startvaerdier.p95_pct,
        startvaerdier.p99_pct,
        startvaerdier.mindst,
        startvaerdier.antal,
        startvaerdier.antal_aendret,
        startvaerdier.maalt_paa,
        startvaerdier.tabel_id = '*' as er_faelles
    from frigivelser
    inner join maalinger
        on
            frigivelser.kilde = maalinger.kilde
            and frigivelser.tabel_id = maalinger.tabel_id
    inner join startvaerdier
        on
            startvaerdier.tabel_id in (frigivelser.tabel_id, '*')
            and (startvaerdier.stoerrelse = 'pct') = (maalinger.enhed = 'pct')
            and frigivelser.dato >= startvaerdier.gaelder_fra
            and frigivelser.dato <= coalesce(startvaerdier.gaelder_til, frigivelser.dato)
),

final as (
    select * exclude (er_faelles) from gaeldende
    qualify
        row_number() over (
            partition by kilde, tabel_id, maaling_navn, frigivelse, alder_fra, stoerrelse
            order by er_faelles
        ) = 1
)

select * from final
