{% set g = graenser() %}
-- The usual size of a revision as it was known before each release, and before the next one: only
-- releases before it count, so that none is judged by itself.

with startvaerdier as (
    select * from {{ ref('int_revision__start') }}
),

klasser as (
    select * from {{ ref('int_revision__klasser') }}
),

-- All earlier releases of a table in one class; from twelve on each kommune by itself as well.
tidligere as (
    select
        startvaerdier.kilde,
        startvaerdier.tabel_id,
        startvaerdier.maaling_navn,
        startvaerdier.frigivelse,
        startvaerdier.alder_fra,
        startvaerdier.stoerrelse,
        klasser.omraade_kode,
        count(distinct klasser.frigivelse) as antal_frigivelser,
        sum(klasser.antal) as antal,
        sum(klasser.foer_sum) as foer_sum,
        sum(klasser.aendring_sum) as aendring_sum,
        flatten(list(klasser.aendringer_pct)) as aendringer_pct
    from startvaerdier
    inner join klasser
        on
            startvaerdier.kilde = klasser.kilde
            and startvaerdier.tabel_id = klasser.tabel_id
            and startvaerdier.maaling_navn = klasser.maaling_navn
            and startvaerdier.alder_fra = klasser.alder_fra
            and startvaerdier.stoerrelse = klasser.stoerrelse
            and klasser.frigivelse < coalesce(startvaerdier.frigivelse, timestamp '9999-12-31')
    group by
        grouping sets (
            (
                startvaerdier.kilde, startvaerdier.tabel_id, startvaerdier.maaling_navn,
                startvaerdier.frigivelse, startvaerdier.alder_fra, startvaerdier.stoerrelse
            ),
            (
                startvaerdier.kilde, startvaerdier.tabel_id, startvaerdier.maaling_navn,
                startvaerdier.frigivelse, startvaerdier.alder_fra, startvaerdier.stoerrelse,
                klasser.omraade_kode
            )
        )
    having
        (
            grouping(klasser.omraade_kode) = 1
            and count(distinct klasser.frigivelse) >= {{ graense(g, 'revision_frigivelser') }}
        )
        or count(distinct klasser.frigivelse) >= {{ graense(g, 'revision_frigivelser_kommune') }}
),

egne as (
    select
        *,
        {{ kvantil_med_nuller('aendringer_pct', 'antal', 0.5) }} as median_pct,
        {{ kvantil_med_nuller('aendringer_pct', 'antal', 0.95) }} as p95_pct,
        {{ kvantil_med_nuller('aendringer_pct', 'antal', 0.99) }} as p99_pct
    from tidligere
),

samlet as (
    select
        startvaerdier.kilde,
        startvaerdier.tabel_id,
        startvaerdier.maaling_navn,
        startvaerdier.frigivelse,
        startvaerdier.alder_fra as alder_mdr,
        startvaerdier.stoerrelse,
        egne.omraade_kode,
        cast(coalesce(egne.antal_frigivelser, 0) as integer) as antal_frigivelser,
        cast(coalesce(egne.antal, startvaerdier.antal) as integer) as antal,
        cast(coalesce(len(egne.aendringer_pct), startvaerdier.antal_aendret) as integer)
            as antal_aendret,
        case
            when egne.antal is null then startvaerdier.middel_pct
            else {{ kvotient_halvt_op('100 * egne.aendring_sum', 'egne.foer_sum', 3) }}
        end as middel_pct,
        cast(coalesce(egne.median_pct, startvaerdier.median_pct) as decimal(18, 2)) as median_pct,
        cast(coalesce(egne.p95_pct, startvaerdier.p95_pct) as decimal(18, 2)) as p95_pct,
        cast(coalesce(egne.p99_pct, startvaerdier.p99_pct) as decimal(18, 2)) as p99_pct,
        startvaerdier.mindst,
        case
            when egne.antal is null then startvaerdier.maalt_paa
            else startvaerdier.tabel_id || ', ' || egne.antal_frigivelser || ' udgivelser'
        end as maalt_paa,
        egne.antal is null as er_startvaerdi
    from startvaerdier
    left join egne
        on
            startvaerdier.kilde = egne.kilde
            and startvaerdier.tabel_id = egne.tabel_id
            and startvaerdier.maaling_navn = egne.maaling_navn
            and startvaerdier.frigivelse is not distinct from egne.frigivelse
            and startvaerdier.alder_fra = egne.alder_fra
            and startvaerdier.stoerrelse = egne.stoerrelse
),

final as (
    select
        *,
        case
            when stoerrelse = 'land' and alder_mdr = 1 and omraade_kode is null and p99_pct > 0
                then
                    case
                        when middel_pct is null then 'Forventet rettelse: ikke målt'
                        when abs(middel_pct) < 0.5 then 'Forventet rettelse under 0,5 pct.'
                        when middel_pct > 0
                            then
                                'Forventet opjustering ca. '
                                || {{ dansk_tal('middel_pct') }} || ' pct.'
                        else
                            'Forventet nedjustering ca. '
                            || {{ dansk_tal('abs(middel_pct)') }} || ' pct.'
                    end
                    || ' (målt på ' || maalt_paa || ')'
        end as ventet_tekst
    from samlet
)

select * from final
